"""Every raw table with its columns: what landing writes, what the dbt sources declare, what an asset describes.

`make raw-sources` writes the dbt sources from here.
"""

from ingest.registry.raw_schema import Column, RawTable

ISHARES_NAV = RawTable(
    name="ishares__nav",
    description=(
        "Net asset value history as BlackRock iShares publishes it, keyless. "
        "One row per fund, observation_date and version."
    ),
    grain=("fund", "observation_date"),
    date_column="observation_date",
    columns=(
        Column("fund", "VARCHAR", "Ticker of the fund."),
        Column("observation_date", "DATE", "As-of date of the net asset value."),
        Column("nav_usd", "DOUBLE", "Net asset value per share, USD."),
        Column("ex_dividend_usd", "DOUBLE", "Distribution per share going ex that day, USD; NULL when none."),
        Column("shares_outstanding", "DOUBLE", "Shares outstanding."),
    ),
)

ISHARES_HOLDINGS = RawTable(
    name="ishares__holdings",
    description=(
        "Holdings as BlackRock iShares lists them, keyless. One row per fund, as_of_date, line of the file and version."
    ),
    grain=("fund", "as_of_date", "line_number"),
    snapshot=("fund", "as_of_date"),
    date_column="as_of_date",
    columns=(
        Column("fund", "VARCHAR", "Ticker of the fund."),
        Column("as_of_date", "DATE", "Date stated inside the file."),
        Column("line_number", "INTEGER", "Position of the line in the table, from 1."),
        Column("ticker", "VARCHAR", "Ticker as spelled by the issuer; NULL in bond files and for '-'."),
        Column("name", "VARCHAR", "Name of the holding."),
        Column("sector", "VARCHAR", "Sector as the issuer classifies it."),
        Column("asset_class", "VARCHAR", "Asset class as the issuer classifies it."),
        Column("market_value_usd", "DOUBLE", "Market value, USD."),
        Column("weight_pct", "DOUBLE", "Weight as printed, percent, rounded to 0.01; NULL where the file has none."),
        Column("notional_value_usd", "DOUBLE", "Notional value, USD."),
        Column("quantity", "DOUBLE", "Shares or contracts; par value for bonds."),
        Column("price", "DOUBLE", "Price in the currency column; NULL in a file without prices."),
        Column("location", "VARCHAR", "Country."),
        Column("exchange", "VARCHAR", "Exchange."),
        Column("currency", "VARCHAR", "Currency of the price."),
        Column("fx_rate", "DOUBLE", "Units of currency per USD as printed."),
        Column("market_currency", "VARCHAR", "Currency of the market."),
        Column("cusip", "VARCHAR", "CUSIP where the file has one."),
        Column("isin", "VARCHAR", "ISIN where the file has one."),
        Column("sedol", "VARCHAR", "SEDOL where the file has one."),
        Column("coupon_pct", "DOUBLE", "Coupon, percent; bonds only."),
        Column("maturity_date", "DATE", "Maturity; bonds only."),
        Column("duration_years", "DOUBLE", "Duration in years; bonds only."),
        Column("fund_shares_outstanding", "DOUBLE", "Shares outstanding stated in the preamble of the file."),
    ),
)

TREASURY_PAR_YIELDS = RawTable(
    name="treasury__par_yields",
    description="US Treasury daily par yield curve, keyless. One row per observation_date, tenor and version.",
    grain=("observation_date", "tenor"),
    date_column="observation_date",
    columns=(
        Column("observation_date", "DATE", "Date of the curve."),
        Column("tenor", "VARCHAR", "Tenor as in the CSV header: '2 Yr', '10 Yr', '1.5 Mo'."),
        Column("yield_pct", "DOUBLE", "Par yield, percent per year, bond-equivalent."),
    ),
)

FRED_OBSERVATIONS = RawTable(
    name="fred__observations",
    description=(
        "Observations of FRED series, from its graph files, keyless. One row per fred_id, observation_date and version."
    ),
    grain=("fred_id", "observation_date"),
    date_column="observation_date",
    columns=(
        Column("fred_id", "VARCHAR", "Series id at FRED."),
        Column("observation_date", "DATE", "Date of the observation."),
        Column("value", "DOUBLE", "Value in the unit of the series; a missing observation is no row."),
    ),
)

CBOE_VIX = RawTable(
    name="cboe__vix",
    description="Cboe volatility index (VIX) history, keyless. One row per observation_date and version.",
    grain=("observation_date",),
    date_column="observation_date",
    columns=(
        Column("observation_date", "DATE", "Trading date."),
        Column("open", "DOUBLE", "Open, index points."),
        Column("high", "DOUBLE", "High, index points."),
        Column("low", "DOUBLE", "Low, index points."),
        Column("close", "DOUBLE", "Close, index points."),
    ),
)

YAHOO_BARS = RawTable(
    name="yahoo__bars",
    description=(
        "Daily market bars of Yahoo's chart service, split-adjusted, keyless and unofficial. "
        "One row per symbol, observation_date and version."
    ),
    grain=("symbol", "observation_date"),
    date_column="observation_date",
    columns=(
        Column("symbol", "VARCHAR", "Ticker."),
        Column("observation_date", "DATE", "Session in the exchange's own time zone."),
        Column("open_usd", "DOUBLE", "Open, USD."),
        Column("high_usd", "DOUBLE", "High, USD."),
        Column("low_usd", "DOUBLE", "Low, USD."),
        Column("close_usd", "DOUBLE", "Close, USD, adjusted for splits and not for dividends."),
        Column("volume", "DOUBLE", "Shares traded."),
        Column("dividend_usd", "DOUBLE", "Dividend per share going ex that day, USD; NULL when none."),
    ),
)

NASDAQ_CLOSES = RawTable(
    name="nasdaq__closes",
    description="Daily prices as Nasdaq publishes them. One row per symbol, observation_date and version.",
    grain=("symbol", "observation_date"),
    date_column="observation_date",
    columns=(
        Column("symbol", "VARCHAR", "Ticker."),
        Column("observation_date", "DATE", "Session."),
        Column("close_usd", "DOUBLE", "Close, USD, not adjusted for dividends."),
        Column("open_usd", "DOUBLE", "Open, USD."),
        Column("high_usd", "DOUBLE", "High, USD."),
        Column("low_usd", "DOUBLE", "Low, USD."),
        Column("volume", "DOUBLE", "Shares traded."),
    ),
)

SSGA_NAV = RawTable(
    name="ssga__nav",
    description="Net asset values as State Street publishes them. One row per fund, observation_date and version.",
    grain=("fund", "observation_date"),
    date_column="observation_date",
    columns=(
        Column("fund", "VARCHAR", "Ticker of the fund."),
        Column("observation_date", "DATE", "Date of the net asset value."),
        Column("nav_usd", "DOUBLE", "Net asset value per share, USD, not adjusted for splits."),
        Column("shares_outstanding", "DOUBLE", "Shares outstanding; NULL where unpublished."),
        Column("total_net_assets_usd", "DOUBLE", "Net assets, USD; NULL where unpublished."),
    ),
)

SSGA_DISTRIBUTIONS = RawTable(
    name="ssga__distributions",
    description="Distributions of State Street funds. One row per fund, ex_date and version.",
    grain=("fund", "ex_date"),
    date_column="ex_date",
    columns=(
        Column("fund", "VARCHAR", "Ticker of the fund."),
        Column("ex_date", "DATE", "First session without the distribution."),
        Column("dividend_usd", "DOUBLE", "Income per share, USD."),
        Column("short_term_gain_usd", "DOUBLE", "Short-term capital gain per share, USD."),
        Column("long_term_gain_usd", "DOUBLE", "Long-term capital gain per share, USD."),
    ),
)

XNYS_SESSIONS = RawTable(
    name="xnys__sessions",
    description=(
        "Sessions of the New York Stock Exchange, from exchange_calendars. One row per session_date and version."
    ),
    grain=("session_date",),
    date_column="session_date",
    columns=(
        Column("session_date", "DATE", "Date of the session in New York."),
        Column("close_ts", "TIMESTAMP", "Scheduled close, UTC."),
        Column("is_half_day", "BOOLEAN", "True where the exchange closes early."),
    ),
)

MACROTAPE_SOURCE_CHECKS = RawTable(
    name="macrotape__source_checks",
    description=(
        "Source checks that macrotape recorded: outcome and latest observation. "
        "One row per source, checked_at and version."
    ),
    grain=("source", "checked_at"),
    date_column="checked_at",
    columns=(
        Column("source", "VARCHAR", "The source, as publisher:item, e.g. fred:DGS10 or nav:IWM."),
        Column("checked_at", "TIMESTAMP", "When it was checked, UTC."),
        Column("outcome", "VARCHAR", "landed, nothing_yet, refused or changed."),
        Column("last_observation_date", "DATE", "Newest observation stored after the check; NULL when none."),
        Column("expected_date", "DATE", "Newest observation expected by then; NULL where its clock is unknown."),
        Column("rows_landed", "BIGINT", "New versions written by this check."),
        Column("is_stale", "BOOLEAN", "True when the source changed or refused, or a driver's source is late."),
        Column("detail", "VARCHAR", "What happened and what to do, in words."),
    ),
)

MACROTAPE_RELEASES = RawTable(
    name="macrotape__releases",
    description="Releases opened by a run, as macrotape recorded them. One row per release_id and version.",
    grain=("release_id",),
    date_column="opened_at",
    columns=(
        Column("release_id", "VARCHAR", "Name of the release folder."),
        Column("opened_at", "TIMESTAMP", "When the run that builds it started, UTC."),
        Column("sources_mode", "VARCHAR", "SIMULATED, mirror or live."),
        Column("is_published", "BOOLEAN", "True once the release was switched to."),
        Column("macrotape_version", "VARCHAR", "Version of macrotape."),
        Column("duckdb_version", "VARCHAR", "Version of DuckDB that built it."),
        Column("dbt_version", "VARCHAR", "Version of dbt-core that built it."),
        Column("dagster_version", "VARCHAR", "Version of Dagster that ran it."),
    ),
)

MACROTAPE_ATTRIBUTIONS = RawTable(
    name="macrotape__attributions",
    description=(
        "What releases published, number by number. One row per fund, session_date, model, driver, release_id "
        "and version; only rows that the release published first or changed."
    ),
    grain=("fund", "session_date", "model", "driver", "release_id"),
    date_column="session_date",
    columns=(
        Column("fund", "VARCHAR", "Ticker of the fund."),
        Column("session_date", "DATE", "Session the number is of."),
        Column("model", "VARCHAR", "Attribution model."),
        Column("driver", "VARCHAR", "Driver the number belongs to."),
        Column("release_id", "VARCHAR", "Release that published it first."),
        Column("contribution_pct", "DOUBLE", "Percentage points of return that moved with the driver."),
        Column("status", "VARCHAR", "Status of the session in that release."),
        Column("model_version", "VARCHAR", "Version of the method."),
        Column("as_of_knowledge_ts", "TIMESTAMP", "When the newest observation behind the number was learned, UTC."),
    ),
)

TABLES = {
    table.name: table
    for table in (
        ISHARES_NAV,
        ISHARES_HOLDINGS,
        TREASURY_PAR_YIELDS,
        FRED_OBSERVATIONS,
        CBOE_VIX,
        YAHOO_BARS,
        NASDAQ_CLOSES,
        SSGA_NAV,
        SSGA_DISTRIBUTIONS,
        XNYS_SESSIONS,
        MACROTAPE_SOURCE_CHECKS,
        MACROTAPE_RELEASES,
        MACROTAPE_ATTRIBUTIONS,
    )
}

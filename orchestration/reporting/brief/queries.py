"""Queries of the page. The table `funds` has each attributed fund with its default model."""

FUNDS = """
    select fund, name, default_model as model, benchmark_fund as benchmark from release.marts.dim_fund
    where is_attributed order by fund <> ?, fund
"""
DATES = """
    select distinct session_date from release.marts.fct_brief_daily order by 1 desc limit ?
"""
SUMMARY = """
    select fund, session_date, round(return_pct, 4) as total, status, day_class, lead_driver as lead,
        trigger_driver as trigger, round(trigger_z, 1) as trigger_z, round(specific_z, 1) as specific_z,
        round(r_squared, 2) as r_squared, n_obs, drivers_missing, fallbacks,
        nullif(is_extrapolation, false) as is_extrapolation, nullif(is_collinear, false) as is_collinear,
        nullif(is_specific_large, false) as is_specific_large, headline
    from release.marts.fct_attribution_summary_daily
    inner join funds using (fund, model)
    where session_date >= $first
"""
CONTRIBUTIONS = """
    select fund, session_date, driver, round(contribution_pct, 4) as points, round(contribution_se_pct, 3) as se,
        round(order_min_pct, 2) as low, round(order_max_pct, 2) as high, rounded_contribution_pct as shown
    from release.marts.fct_driver_attribution_daily
    inner join funds using (fund, model)
    where session_date >= $first
"""
COMPONENTS = """
    select fund, session_date, component, round(move, 2) as move, round(unexpected_move, 2) as unexpected,
        round(sequential_beta, 4) as sensitivity, rounded_contribution_pct as shown
    from release.marts.fct_driver_component_daily
    inner join funds using (fund, model)
    where session_date >= $first and is_shown
    order by position, session_date
"""
COMPONENT_NAMES = """
    select distinct component, driver, move_unit as unit, component_label as label
    from release.marts.fct_driver_component_daily order by all
"""
PERIOD = """
    select fund, period_end, period, driver, round(contribution_pct, 2) as points,
        round(period_return_pct, 2) as total, n_sessions, is_complete
    from release.marts.fct_attribution_period
    inner join funds using (fund, model)
    where period_end between $first and $last and list_contains($periods, period)
"""
BETAS = """
    select fund, component, session_date, round(beta, 4) as beta, round(beta_upper - beta, 4) as half
    from release.marts.fct_driver_beta_daily
    inner join funds using (fund)
    where session_date > $last::date - interval ($years) year
    qualify row_number() over (
        partition by fund, component, date_trunc('week', session_date) order by session_date desc) = 1
    order by fund, component, session_date
"""
SCENARIOS = """
    select fund, session_date, shock, view, round(impact_pct, 2) as impact, round(impact_se_pct, 2) as se
    from release.marts.fct_scenario
    inner join funds using (fund)
    where session_date >= $first
    order by position, view
"""
RATES = """
    select session_date, ust_2y_pct, ust_10y_pct, round(slope_bp, 1) as slope_bp, real_10y_pct, breakeven_10y_pct,
        round(range_20d_bp, 1) as range_20d_bp, round(percentile_1y, 1) as percentile_1y, vix_index, hy_oas_pct
    from release.marts.fct_rates_regime_daily where session_date <= $last
    order by session_date desc limit $most
"""
OIL = """
    select session_date, wti_usd, brent_usd, round(oil_proxy_return_pct, 2) as oil_proxy_return_pct
    from release.marts.fct_oil_daily where session_date <= $last
    order by session_date desc limit $most
"""
HEALTH = """
    select source, outcome, freshness, last_observation_date, expected_date, checked_at, detail
    from release.marts.fct_source_health
    qualify row_number() over (partition by source order by checked_at desc) = 1
    order by freshness = 'on time', freshness = 'late', outcome = 'landed', source
"""
QUARANTINED = """
    select series, observation_date, field, reason, detail from release.marts.fct_quarantine
    order by observation_date desc, series, field limit 50
"""
SECTORS = """
    select fund, session_date, sector, round(weight_start_pct, 2) as weight, round(return_pct, 2) as change,
        round(contribution_pct, 3) as points
    from release.marts.fct_sector_contribution_daily
    inner join funds using (fund)
    where session_date >= $first and contribution_pct is not null
    order by contribution_pct desc
"""
MOVERS = """
    with ranked as (
        select fund, session_date, holding_id, weight_start_pct, return_pct, contribution_pct,
            row_number() over (partition by fund, session_date order by contribution_pct desc, holding_id) as from_top,
            row_number() over (partition by fund, session_date order by contribution_pct, holding_id) as from_bottom
        from release.marts.fct_holding_contribution_daily
        inner join funds using (fund)
        where session_date >= $first and contribution_pct is not null
    ),
    names as (
        select fund, holding_id, max_by(name, as_of_date) as name
        from release.marts.fct_holdings_daily group by fund, holding_id
    )
    select fund, session_date, holding_id, name, round(weight_start_pct, 3) as weight, round(return_pct, 2) as change,
        round(contribution_pct, 4) as points
    from ranked left join names using (fund, holding_id)
    where (from_top <= $each and contribution_pct > 0) or (from_bottom <= $each and contribution_pct < 0)
    order by contribution_pct desc
"""

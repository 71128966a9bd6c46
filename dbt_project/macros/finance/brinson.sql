{#
    Brinson and Fachler (1985) for one sector: weights and returns of the fund and of its benchmark there, and the
    benchmark's whole return. The two effects of all sectors add up to the active return. Selection includes the
    interaction: it is the difference of the contributions less what the weights explain. Where the benchmark's sector return is its
    contribution over its weight, that is the fund's weight times the difference of the returns.
#}
{% macro brinson_allocation(fund_weight, benchmark_weight, benchmark_sector_return, benchmark_return) -%}
    ({{ fund_weight }} - {{ benchmark_weight }}) * ({{ benchmark_sector_return }} - {{ benchmark_return }})
{%- endmacro %}

{% macro brinson_selection(fund_contribution, benchmark_contribution, fund_weight, benchmark_weight, benchmark_sector_return) -%}
    ({{ fund_contribution }} - {{ benchmark_contribution }} - ({{ fund_weight }} - {{ benchmark_weight }}) * {{ benchmark_sector_return }} / 100)
{%- endmacro %}

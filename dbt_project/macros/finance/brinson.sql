{#
    Brinson and Fachler (1985) for one sector: weights and returns of the fund and of its benchmark there, and the
    benchmark's whole return. The two effects of all sectors add up to the active return. Selection holds the
    interaction: it is taken at the fund's own weight.
#}
{% macro brinson_allocation(fund_weight, benchmark_weight, benchmark_sector_return, benchmark_return) -%}
    ({{ fund_weight }} - {{ benchmark_weight }}) * ({{ benchmark_sector_return }} - {{ benchmark_return }})
{%- endmacro %}

{% macro brinson_selection(fund_weight, fund_sector_return, benchmark_sector_return) -%}
    {{ fund_weight }} * ({{ fund_sector_return }} - {{ benchmark_sector_return }})
{%- endmacro %}

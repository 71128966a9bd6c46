{#
    What the incremental holdings models share. Each row has `landing_id`, the newest landing it was built from,
    and `code_hash`, a hash of the code of all of them. A run builds what landed since; other code rebuilds every
    row, as a full refresh does.
#}

{# Hash of the SQL of every incremental model and of the two upstream that choose files, the limits they use and the seed they read. #}
{% macro holdings_code_hash() %}
    {#- there is no graph while dbt parses, nor in a unit test #}
    {% if graph.nodes is not defined %}
        {{ return('') }}
    {% endif %}
    {% set parts = [] %}
    {% for node in graph.nodes.values() | sort(attribute='unique_id') %}
        {% if node.resource_type == 'model' and (node.config.materialized == 'incremental' or node.name in ['int_holdings_documents', 'stg_ishares__holdings']) %}
            {% do parts.append(node.raw_code) %}
            {% for limit in modules.re.findall("var\\('([a-z_]+)'\\)", node.raw_code) %}
                {% do parts.append(var(limit) | string) %}
            {% endfor %}
        {% elif node.resource_type == 'seed' and node.name == 'asset_classes' %}
            {% do parts.append(node.checksum.checksum) %}
        {% endif %}
    {% endfor %}
    {#- limits that only a macro names are not in a model's SQL; nor is the code of a macro, which dbt's graph leaves out #}
    {% for limit in ['holdings_split_ratio_tolerance', 'holdings_split_of_several_shares_limit'] %}
        {% do parts.append(var(limit) | string) %}
    {% endfor %}
    {{ return(local_md5(parts | join('\n'))) }}
{% endmacro %}

{# The newest landing this model has taken in; -1 when it has to take in everything. #}
{% macro last_processed_landing_id() %}
    {% set known = adapter.get_columns_in_relation(this) | map(attribute='name') if execute and is_incremental() else [] %}
    {% if 'code_hash' in known %}
        {% set query %}
            select case when count(*) = sum(case when code_hash = '{{ holdings_code_hash() }}' then 1 else 0 end) then coalesce(max(landing_id), -1) else -1 end
            from {{ this }}
        {% endset %}
        {{ return(run_query(query).rows[0][0] | int) }}
    {% endif %}
    {{ return(-1) }}
{% endmacro %}

{#
    Registers the Parquet files of a lake as the raw tables, where MACROTAPE_LAKE names its folder or URI; for on-run-start.

    The files of raw.<source>__<table> are <lake>/<source>/<table>/month=YYYY-MM/*.parquet. Columns and types are those the
    sources declare; a table without files is empty. A raw table that the warehouse holds itself is left alone.
#}
{% macro register_lake() %}
    {% set lake = env_var('MACROTAPE_LAKE', '') %}
    {% if execute and lake %}
        {% do run_query('create schema if not exists raw') %}
        {% for source in graph.sources.values() %}
            {% set folder = lake ~ '/' ~ source.name | replace('__', '/') %}
            {% do adapter.dispatch('register_raw_table', 'macrotape')(source, folder) %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{% macro duckdb__register_raw_table(source, folder) %}
    {% set known = run_query("select table_type from information_schema.tables where table_schema = 'raw' and table_name = '" ~ source.name ~ "'") %}
    {% if 'BASE TABLE' in known.columns[0].values() %}
        {{ return('') }}
    {% endif %}
    {% set files = folder ~ '/*/*.parquet' %}
    {% set has_files = run_query("select count(*) from glob('" ~ files ~ "')").columns[0].values()[0] > 0 %}
    {% set query %}
        create or replace view raw.{{ source.name }} as
        select
            {%- for column in source.columns.values() %}
            {{ column.name if has_files else 'cast(null as ' ~ column.data_type ~ ') as ' ~ column.name }}{{ ',' if not loop.last }}
            {%- endfor %}
        {{ "from read_parquet('" ~ files ~ "', hive_partitioning = false, union_by_name = true)" if has_files else 'where false' }}
    {% endset %}
    {% do run_query(query) %}
{% endmacro %}

{#
    The files are listed when a query reads them: nothing has to be registered month by month. Hadoop's name for Amazon's
    protocol is s3a.
#}
{% macro spark__register_raw_table(source, folder) %}
    {% do run_query('drop table if exists raw.' ~ source.name) %}
    {% set query %}
        create table raw.{{ source.name }} (
            {%- for column in source.columns.values() %}
            {{ column.name }} {{ spark_type(column.data_type) }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
        using parquet
        options (recursiveFileLookup true)
        location '{{ folder | replace('s3://', 's3a://') }}'
    {% endset %}
    {% do run_query(query) %}
{% endmacro %}

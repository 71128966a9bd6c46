{# Renders a filter for a row-versioned raw table: only the newest version of each row of the grain. #}
{% macro current_version(grain) -%}
    row_number() over (
        partition by {{ grain | join(', ') }}
        order by knowledge_ts desc, landing_id desc
    ) = 1
{%- endmacro %}

{# The same for a document-versioned raw table: all rows of the newest version of each document. #}
{% macro current_document(document) -%}
    dense_rank() over (
        partition by {{ document | join(', ') }}
        order by knowledge_ts desc, landing_id desc
    ) = 1
{%- endmacro %}

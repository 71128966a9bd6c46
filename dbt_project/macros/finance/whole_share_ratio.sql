{#
    The ratio in whole shares that a jump of a quantity (1 or more) comes close to: 7 for 1, 3 for 2; NULL if it comes close to none.
    Several old shares are exchanged in small ratios only.
#}
{% macro whole_share_ratio(jump) -%}
    case
        {%- for old_shares in range(1, 6) %}
        when
            abs({{ jump }} * {{ old_shares }} / greatest(round({{ jump }} * {{ old_shares }}), {{ old_shares + 1 }}) - 1) <= {{ var('holdings_split_ratio_tolerance') }}
            {{ 'and ' ~ jump ~ ' < ' ~ var('holdings_split_of_several_shares_limit') if old_shares > 1 }}
            then round({{ jump }} * {{ old_shares }}) / {{ old_shares }}
        {%- endfor %}
    end
{%- endmacro %}

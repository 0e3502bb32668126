select
    compared.reference_date,
    compared.county_ags as region_code,
    compared.status_code,
    statuses.label_de as status_label,
    statuses.group_code as status_group_code,
    compared.margin,
    compared.group_code,
    groups.label_de as group_label,
    groups.sort_order,
    compared.comparison_code,
    comparisons.label_de as comparison_label,
    compared.persons,
    compared.compared_reference_date,
    compared.compared_stands_for_date,
    compared.compared_persons,
    compared.change_persons,
    compared.change_share,
    compared.break_flag,
    compared.break_codes,
    compared.break_reason,
    compared.break_label,
    compared.persons_without_section_24,
    compared.compared_persons_without_section_24,
    compared.change_without_section_24_persons,
    compared.change_without_section_24_share,
    compared.basis,
    compared.compared_basis,
    'difference between true dates; change_share = difference / compared persons' as method,
    {{ caveats([
        "case when compared.compared_reference_date is null"
        ~ " then 'no figure of an earlier date to compare with' end",
        "case when compared.compared_reference_date <> compared.compared_stands_for_date"
        ~ " then 'compared with ' || cast(compared.compared_reference_date as varchar)"
        ~ " || ', which stands for ' || cast(compared.compared_stands_for_date as varchar) end",
        "case when compared.persons is null or (compared.compared_persons is null"
        ~ " and compared.compared_reference_date is not null)"
        ~ " then 'a marker stands instead of a number' end",
        "case when compared.break_flag then 'a structural break lies between the dates' end",
        "case when compared.persons is not null and compared.persons_without_section_24 is null"
        ~ " then 'the cross table of the date does not print § 24 apart' end",
    ]) }} as caveat,
    compared.source_sha256,
    compared.published_at,
    compared.recorded_at,
    compared.revision
from {{ ref('int_refugees__compared') }} as compared
left join {{ ref('residence_status') }} as statuses on compared.status_code = statuses.status_code
left join {{ ref('azr_group') }} as groups
    on
        compared.margin = groups.margin
        and compared.group_code = groups.group_code
left join {{ ref('comparison') }} as comparisons
    on compared.comparison_code = comparisons.comparison_code

{#
  The catalogue of metrics: what a figure is called, in which mart it stands, and what it must add up
  to. Defined here and nowhere else: the marts `metric` and `metric_value`, the identities of
  printed tables and the reader of papers (ingest/printed_tables/catalogue.py) all come from this list.

  code          what papers, BI tools and reports call it
  kind          how it may be printed: see the seed reconciliation_tolerance
  mart, value   the mart and the column; an entry without a mart is printed but not made here
  region        column, or a key in quotes; period: column, and what it is (date, month, year, span)
  items         further dimensions: name -> column. Together with region and period they are the key
  where         rows of the mart that are meant
  rollups       totals that the mart does not hold: dimension -> the key of the total
  over          dimensions whose parts sum to a whole (int_metric_parts__listed)
  parts         metrics that sum to this one; within: the metric it is some of
  numerator, denominator   of a share
  same_as       metric that this one is where item `same_when` says so
  mistaken_for  metrics that papers print under this one's name -> reason code
  absent_is_zero  the mart lists what there is: with data for the period, no row means none
  ten_strongest_by  dimension of which papers print the ten largest only
  dataset       whose revisions explain an older figure
  carried_from  what the mart was typed from: to compare it with its own paper would prove nothing

  A list is handed in and filled because a macro of dbt can only give back text.
#}
{% macro metrics(into) -%}
    {#- A planning unit of one municipality bears that municipality's key: it would stand there twice. -#}
    {%- set regions = "(region_level <> 'Planungseinheit' or length(region_code) <> 8)" -%}
    {#- An example home lies nowhere: its figures are said of the whole country. -#}
    {%- set example = "region_level = 'Musterhaus'" -%}
    {%- do into.extend([
        {
            'code': 'vacant_places', 'label_de': 'Nicht belegte Plätze', 'unit_de': 'Plätze',
            'kind': 'count', 'mart': 'vacancy_by_region', 'where': regions, 'value': 'vacant_places',
            'region': 'region_code', 'period': 'reference_date', 'period_kind': 'date',
            'items': {'offer_type': 'offer_type_code'}, 'over': ['region'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'mean_vacant_places', 'label_de': 'Nicht belegte Plätze, Mittel der Stichtage',
            'unit_de': 'Plätze', 'kind': 'mean', 'mart': 'vacancy_average', 'where': regions,
            'value': 'mean_vacant_places', 'region': 'region_code',
            'period': 'last_reference_date', 'period_kind': 'date',
            'items': {'offer_type': 'offer_type_code', 'date_set': 'date_set_code'},
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'care_fte', 'label_de': 'Pflegekräfte', 'unit_de': 'VK', 'kind': 'fte',
            'mart': 'staffing_by_region', 'where': regions, 'value': 'care_fte', 'region': 'region_code',
            'period': 'reference_year', 'period_kind': 'year', 'over': ['region'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'skilled_fte', 'label_de': 'Pflegefachkräfte', 'unit_de': 'VK', 'kind': 'fte',
            'mart': 'staffing_by_region', 'where': regions, 'value': 'skilled_fte', 'region': 'region_code',
            'period': 'reference_year', 'period_kind': 'year', 'over': ['region'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'skilled_share', 'label_de': 'Fachkraftquote', 'unit_de': 'Anteil',
            'kind': 'share', 'mart': 'staffing_by_region', 'where': regions, 'value': 'skilled_share',
            'region': 'region_code', 'period': 'reference_year', 'period_kind': 'year',
            'numerator': 'skilled_fte', 'denominator': 'care_fte', 'dataset': 'wtg/stichtag',
        },
        {
            'code': 'places_with_staff', 'label_de': 'Pflegeplätze der Einrichtungen mit Personal',
            'unit_de': 'Plätze', 'kind': 'count', 'mart': 'staffing_by_region', 'where': regions, 'value': 'places',
            'region': 'region_code', 'period': 'reference_year', 'period_kind': 'year',
            'over': ['region'], 'dataset': 'wtg/stichtag',
        },
        {
            'code': 'supply_sites_count', 'label_de': 'Einrichtungen', 'unit_de': 'Standorte',
            'kind': 'count', 'mart': 'supply_overview', 'where': regions, 'absent_is_zero': true, 'value': 'sites_count',
            'region': 'region_code', 'period': 'reference_date', 'period_kind': 'date',
            'items': {'offer_type': 'offer_type_code'}, 'over': ['region'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'supply_places', 'label_de': 'Plätze', 'unit_de': 'Plätze', 'kind': 'count',
            'mart': 'supply_overview', 'where': regions, 'absent_is_zero': true, 'value': 'places', 'region': 'region_code',
            'period': 'reference_date', 'period_kind': 'date',
            'items': {'offer_type': 'offer_type_code'}, 'over': ['region'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'supply_embedded_short_term_places',
            'label_de': 'Eingestreute Kurzzeitpflegeplätze', 'unit_de': 'Plätze', 'kind': 'count',
            'mart': 'supply_overview', 'where': regions, 'absent_is_zero': true, 'value': 'embedded_short_term_places',
            'region': 'region_code', 'period': 'reference_date', 'period_kind': 'date',
            'items': {'offer_type': 'offer_type_code'}, 'over': ['region'],
            'within': 'supply_places', 'dataset': 'wtg/stichtag',
        },
        {
            'code': 'supply_fixed_short_term_places', 'label_de': 'Fixe Kurzzeitpflegeplätze',
            'unit_de': 'Plätze', 'kind': 'count', 'mart': 'supply_overview', 'where': regions, 'absent_is_zero': true,
            'value': 'fixed_short_term_places', 'region': 'region_code',
            'period': 'reference_date', 'period_kind': 'date',
            'items': {'offer_type': 'offer_type_code'}, 'over': ['region'],
            'within': 'supply_places', 'dataset': 'wtg/stichtag',
        },
        {
            'code': 'planned_places', 'label_de': 'Geplante Plätze', 'unit_de': 'Plätze',
            'kind': 'count', 'mart': 'planned_offers', 'where': regions, 'absent_is_zero': true, 'value': 'planned_places',
            'region': 'region_code', 'period': 'reference_date', 'period_kind': 'date',
            'items': {'offer_type': 'offer_type_code'}, 'over': ['region'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'planned_housing_units_count', 'label_de': 'Geplante Wohneinheiten',
            'unit_de': 'Wohneinheiten', 'kind': 'count', 'mart': 'planned_offers', 'where': regions, 'absent_is_zero': true,
            'value': 'planned_housing_units_count', 'region': 'region_code',
            'period': 'reference_date', 'period_kind': 'date',
            'items': {'offer_type': 'offer_type_code'}, 'over': ['region'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'planned_projects_count', 'label_de': 'Geplante Vorhaben',
            'unit_de': 'Vorhaben', 'kind': 'count', 'mart': 'planned_offers', 'where': regions, 'absent_is_zero': true,
            'value': 'projects_count', 'region': 'region_code', 'period': 'reference_date',
            'period_kind': 'date', 'items': {'offer_type': 'offer_type_code'},
            'over': ['region'], 'dataset': 'wtg/stichtag',
        },
        {
            'code': 'support_offers_count', 'label_de': 'Angebote zur Unterstützung im Alltag',
            'unit_de': 'Angebote', 'kind': 'count', 'mart': 'support_offers', 'where': regions, 'absent_is_zero': true,
            'value': 'offers_count', 'region': 'region_code', 'period': 'reference_date',
            'period_kind': 'date', 'items': {'support_kind': 'support_kind'}, 'over': ['region'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'inspections_done_count', 'label_de': 'Durchgeführte Prüfungen',
            'unit_de': 'Prüfungen', 'kind': 'count', 'mart': 'inspections', 'absent_is_zero': true, 'value': 'done_count',
            'region': 'county_ags', 'period': 'reference_year', 'period_kind': 'year',
            'items': {
                'inspection_kind': 'inspection_kind', 'inspection_area': 'inspection_area_code',
            },
            'rollups': [
                {'inspection_area': 'all'}, {'inspection_kind': 'all', 'inspection_area': 'all'},
            ],
            'over': ['inspection_area', 'inspection_kind+inspection_area'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'inspections_planned_count', 'label_de': 'Geplante Prüfungen',
            'unit_de': 'Prüfungen', 'kind': 'count', 'mart': 'inspections', 'absent_is_zero': true,
            'value': 'planned_count', 'region': 'county_ags', 'period': 'reference_year',
            'period_kind': 'year',
            'items': {
                'inspection_kind': 'inspection_kind', 'inspection_area': 'inspection_area_code',
            },
            'rollups': [
                {'inspection_area': 'all'}, {'inspection_kind': 'all', 'inspection_area': 'all'},
            ],
            'over': ['inspection_area', 'inspection_kind+inspection_area'],
            'parts': ['inspections_planned_done_count', 'inspections_planned_not_done_count'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'inspections_planned_done_count', 'label_de': 'Geplante Prüfungen, durchgeführt',
            'unit_de': 'Prüfungen', 'kind': 'count', 'mart': 'inspections', 'absent_is_zero': true,
            'value': 'planned_done_count', 'region': 'county_ags', 'period': 'reference_year',
            'period_kind': 'year',
            'items': {
                'inspection_kind': 'inspection_kind', 'inspection_area': 'inspection_area_code',
            },
            'rollups': [
                {'inspection_area': 'all'}, {'inspection_kind': 'all', 'inspection_area': 'all'},
            ],
            'over': ['inspection_area', 'inspection_kind+inspection_area'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'inspections_planned_not_done_count',
            'label_de': 'Geplante Prüfungen, nicht durchgeführt', 'unit_de': 'Prüfungen',
            'kind': 'count', 'mart': 'inspections', 'absent_is_zero': true, 'value': 'planned_not_done_count',
            'region': 'county_ags', 'period': 'reference_year', 'period_kind': 'year',
            'items': {
                'inspection_kind': 'inspection_kind', 'inspection_area': 'inspection_area_code',
            },
            'rollups': [
                {'inspection_area': 'all'}, {'inspection_kind': 'all', 'inspection_area': 'all'},
            ],
            'over': ['inspection_area', 'inspection_kind+inspection_area'],
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'homes_with_complaints_count', 'label_de': 'Einrichtungen mit Beschwerden',
            'unit_de': 'Einrichtungen', 'kind': 'count', 'mart': 'complaints',
            'value': 'homes_with_complaints_count', 'region': 'county_ags',
            'period': "case when from_year = to_year then cast(to_year as varchar) "
            "else cast(from_year as varchar) || '-' || cast(to_year as varchar) end",
            'period_kind': 'span', 'year': 'to_year', 'within': 'homes_count',
            'dataset': 'wtg/stichtag',
        },
        {
            'code': 'homes_count', 'label_de': 'Einrichtungen gesamt', 'unit_de': 'Einrichtungen',
            'kind': 'count', 'mart': 'complaints', 'value': 'homes_count',
            'region': 'county_ags',
            'period': "case when from_year = to_year then cast(to_year as varchar) "
            "else cast(from_year as varchar) || '-' || cast(to_year as varchar) end",
            'period_kind': 'span', 'year': 'to_year', 'dataset': 'wtg/stichtag',
        },
        {
            'code': 'refugees_persons', 'label_de': 'Personen mit Flüchtlingshintergrund',
            'unit_de': 'Personen', 'kind': 'count', 'mart': 'refugees_by_status',
            'value': 'persons', 'region': 'region_code', 'period': 'reference_date',
            'period_kind': 'date', 'items': {'status': 'status_group_code'}, 'over': ['status'],
            'dataset': 'azr/series',
        },
        {
            'code': 'refugees_persons_by_group',
            'label_de': 'Personen mit Flüchtlingshintergrund nach Geschlecht oder Alter',
            'unit_de': 'Personen', 'kind': 'count', 'mart': 'refugees_crosstable',
            'value': 'persons', 'region': 'region_code', 'period': 'reference_date',
            'period_kind': 'date',
            'items': {'status': 'status_code', 'group': "margin || '/' || group_code"},
            'over': ['status', 'group'], 'same_as': 'refugees_persons',
            'same_when': 'group=total/total', 'dataset': 'azr/crosstable',
        },
        {
            'code': 'asylum_applications', 'label_de': 'Asylanträge insgesamt',
            'unit_de': 'Anträge', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'applications_total', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month',
            'parts': ['asylum_first_applications', 'asylum_follow_up_applications'],
            'mistaken_for': {'asylum_first_applications': 'first_applications_only'},
            'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_first_applications', 'label_de': 'Asylerstanträge',
            'unit_de': 'Anträge', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'applications_first', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_follow_up_applications', 'label_de': 'Asylfolgeanträge',
            'unit_de': 'Anträge', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'applications_follow_up', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_decisions', 'label_de': 'Entscheidungen über Asylanträge',
            'unit_de': 'Entscheidungen', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'decisions_total', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month',
            'parts': [
                'asylum_decisions_positive', 'asylum_decisions_rejected',
                'asylum_decisions_otherwise_closed',
            ],
            'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_decisions_art_16a', 'label_de': 'Anerkennung Art. 16a GG',
            'unit_de': 'Entscheidungen', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'decisions_art_16a', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_decisions_refugee', 'label_de': 'Flüchtlingsschutz § 3 AsylG',
            'unit_de': 'Entscheidungen', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'decisions_refugee', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_decisions_subsidiary', 'label_de': 'Subsidiärer Schutz § 4 AsylG',
            'unit_de': 'Entscheidungen', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'decisions_subsidiary', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_decisions_deportation_ban', 'label_de': 'Abschiebungsverbot § 60 AufenthG',
            'unit_de': 'Entscheidungen', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'decisions_deportation_ban', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_decisions_rejected', 'label_de': 'Ablehnungen',
            'unit_de': 'Entscheidungen', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'decisions_rejected', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_decisions_otherwise_closed',
            'label_de': 'Sonstige Verfahrenserledigungen', 'unit_de': 'Entscheidungen',
            'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'decisions_otherwise_closed', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_decisions_positive', 'label_de': 'Positive Entscheidungen',
            'unit_de': 'Entscheidungen', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'decisions_positive', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month',
            'parts': [
                'asylum_decisions_art_16a', 'asylum_decisions_refugee',
                'asylum_decisions_subsidiary', 'asylum_decisions_deportation_ban',
            ],
            'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_protection_share', 'label_de': 'Schutzquote', 'unit_de': 'Anteil',
            'kind': 'share', 'mart': 'asylum_national_monthly', 'value': 'protection_share',
            'region': "'DE'", 'period': 'reference_month', 'period_kind': 'month',
            'numerator': 'asylum_decisions_positive', 'denominator': 'asylum_decisions',
            'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_pending', 'label_de': 'Anhängige Asylverfahren',
            'unit_de': 'Verfahren', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'pending_total', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month',
            'parts': ['asylum_pending_first', 'asylum_pending_follow_up'],
            'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_pending_first', 'label_de': 'Anhängige Erstverfahren',
            'unit_de': 'Verfahren', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'pending_first', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_pending_follow_up', 'label_de': 'Anhängige Folgeverfahren',
            'unit_de': 'Verfahren', 'kind': 'count', 'mart': 'asylum_national_monthly',
            'value': 'pending_follow_up', 'region': "'DE'", 'period': 'reference_month',
            'period_kind': 'month', 'dataset': 'bamf/hkl',
        },
        {
            'code': 'asylum_first_applications_by_country',
            'label_de': 'Asylerstanträge nach Herkunftsland', 'unit_de': 'Anträge',
            'kind': 'count', 'mart': 'asylum_by_country_monthly', 'value': 'applications_first',
            'region': "'DE'", 'period': 'reference_month', 'period_kind': 'month',
            'items': {'country': 'ls_code'}, 'ten_strongest_by': 'country',
            'dataset': 'bamf/hkl',
        },
        {
            'code': 'external_forecast_balance_places',
            'label_de': 'Prognosesaldo des externen Instruments', 'unit_de': 'Plätze',
            'kind': 'count', 'mart': none, 'period_kind': 'month',
            'items': {'target_year': none}, 'over': ['region'],
            'carried_from': 'demand_external_forecast',
        },
        {
            'code': 'residents_per_fte', 'label_de': 'Personalschlüssel (Bewohner je Vollzeitkraft)',
            'unit_de': 'Bewohner je VK', 'kind': 'ratio', 'mart': 'staffing_requirement',
            'where': example ~ " and qualification_code = 'total'",
            'value': 'stated_residents_per_fte', 'region': "'DE'", 'period': 'reference_date',
            'period_kind': 'date',
            'items': {'care_grade': 'care_grade_code', 'ratio_set': 'ratio_set_code'},
        },
        {
            'code': 'fte_per_resident', 'label_de': 'Personalbedarf je Bewohner',
            'unit_de': 'VK je Bewohner', 'kind': 'ratio', 'mart': 'staffing_requirement',
            'where': example, 'value': 'fte_per_resident', 'region': "'DE'",
            'period': 'reference_date', 'period_kind': 'date',
            'items': {
                'care_grade': 'care_grade_code', 'ratio_set': 'ratio_set_code',
                'qualification': 'qualification_code',
            },
            'over': ['qualification'],
        },
        {
            'code': 'example_home_residents', 'label_de': 'Bewohner des Musterhauses',
            'unit_de': 'Personen', 'kind': 'count', 'mart': 'staffing_requirement',
            'where': example ~ " and qualification_code = 'total'", 'value': 'reported_persons',
            'region': "'DE'", 'period': 'reference_date', 'period_kind': 'date',
            'items': {'care_grade': 'care_grade_code', 'ratio_set': 'ratio_set_code'},
            'over': ['care_grade'],
        },
        {
            'code': 'example_home_required_fte', 'label_de': 'Personalbedarf des Musterhauses',
            'unit_de': 'VK', 'kind': 'fte', 'mart': 'staffing_requirement',
            'where': example ~ " and qualification_code = 'total'", 'value': 'required_fte',
            'region': "'DE'", 'period': 'reference_date', 'period_kind': 'date',
            'items': {'care_grade': 'care_grade_code', 'ratio_set': 'ratio_set_code'},
            'over': ['care_grade'],
        },
    ]) -%}
{%- endmacro %}

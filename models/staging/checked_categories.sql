MODEL (
  name staging.checked_categories,
  kind VIEW,
  owner data_team,
  cron '@daily',
  tags (staging, quarantine),
  grain category_id,
  audits (
    same_row_count(table_name := raw.categories)
  ),
  description 'Every raw category with the day it counts for and the reasons, if any, for which it is refused. One row per row of raw.categories. Answers: which categories does staging refuse, and why?',
  column_descriptions (
    category_id = 'The shop''s id of the category',
    rejection_reasons = 'Why staging refuses the row, joined by semicolons; null for a good row',
    event_date = 'Day of the last update in the business time zone; where that is implausible, the day of loading',
    event_time = 'Time that its day is taken from where it is plausible, as the shop sent it'
  )
);

SELECT
  categories.category_id,
  @rejection_reasons('category is its own parent', categories.category_id = categories.parent_category_id) AS rejection_reasons,
  @event_day(categories.updated_at, categories._loaded_at) AS event_date,
  categories.updated_at AS event_time
FROM raw.categories AS categories

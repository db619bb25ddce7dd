-- The systems that are read: kind, role, how their ids are compared, the address that opens a record, whether they have sales orders,
-- what their options choose to take revenue from, the currency and the legal entity of records that name none, the fields that deals have their
-- amount and date in where they are others than usual, and the names of stages where the system does not say which are won (each between bars), and
-- their place in the configuration. One row per connection.
-- key: connection
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__connections as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.connection as connection,
        sets.kind as kind,
        sets.role as role,
        sets.reference_form as reference_form,
        sets.time_zone as time_zone,
        sets.record_url as record_url,
        coalesce(sets.has_orders, 'true') = 'true' as has_orders,
        sets.revenue_from as revenue_from,
        sets.currency as currency,
        sets.legal_entity as legal_entity,
        try_cast(sets.place as integer) as place,
        sets.booked_amount_field as booked_amount_field,
        sets.booked_on_field as booked_on_field,
        sets.won_stages as won_stages,
        sets.lost_stages as lost_stages
    from raw.tieout__connections as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force

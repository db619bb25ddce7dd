-- Products whose codes the systems write differently, by the configuration: the CRM's, and the ERP's. One row per code of the ERP.
-- key: erp_code
with newest as (
    select max(sets._loaded_at) as loaded_at
    from raw.tieout__product_codes as sets
    where sets._loaded_at <= (select as_of.loaded_until from raw.as_of as as_of)
),

in_force as (
    select
        sets.erp_code as erp_code,
        sets.crm_code as crm_code
    from raw.tieout__product_codes as sets
    inner join newest
        on sets._loaded_at = newest.loaded_at
)

select * from in_force

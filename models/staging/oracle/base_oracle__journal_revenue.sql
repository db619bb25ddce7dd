-- Journals of Oracle's general ledger on revenue accounts that no document which is read stands for: those of any source but Receivables and
-- Revenue Management, and of Receivables those of the categories of what it posts beside transactions (adjustments and late charges, receipts with
-- their discounts and write-offs, miscellaneous receipts, what applying credit memos posts, bills). One row per journal line.
-- key: entry_id
with entries as (
    select * from staging.base_oracle__ledger_revenue
),

counted as (
    select * from entries
    where coalesce(journal_source, '') not in ('Receivables', 'Revenue Management')
        or (
            journal_source = 'Receivables'
            and category in (
                'Adjustment', 'Adjustments', 'Receipts', 'Trade Receipts', 'Misc Receipts', 'Miscellaneous Receipts', 'Cross Currency', 'Rate Adjustments',
                'Bills Receivable', 'Credit Memo Applications'
            )
        )
)

select * from counted

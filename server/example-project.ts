/** The `tieout.yml` that `tieout init` writes: complete, commented, to be filled in. */
export const exampleConfiguration = `# yaml-language-server: $schema=tieout.schema.json
# tieout reads from these systems and never writes to them. Secrets stand in .env: write \${env:NAME}, \${file:path} or
# \${command:...} (what a vault's client prints) here.

company:
  name: Example Ltd
  time_zone: Europe/London          # periods, days and the schedule are counted in it
  reporting_currency: GBP
  rate_policy: average              # breaks are translated at the period's average or closing rate of the ERP; crm: at the CRM's
  materiality: 1000.00              # more than this unexplained, and the month is not trusted

calendar:
  from: 2026-01                     # calendar months from here on
# periods:                          # or your own, without gaps (4-4-5 and others):
#   - { id: 2026-P01, start: 2026-01-04, end: 2026-01-31 }

connections:
  crm:
    source: salesforce
    owner: ana                      # who is told when it stops
    options:
      url: \${env:SALESFORCE_URL}    # https://<your domain>.my.salesforce.com
      client_id: \${env:SALESFORCE_CLIENT_ID}
      client_secret: \${env:SALESFORCE_CLIENT_SECRET}
#     currency: GBP                 # of an org with one currency, whose records name none
#     legal_entity: Example UK      # of a company with one: then without the field below
    fields:                         # your names for custom fields; tieout doctor proposes candidates
      erp_id: ERP_Id__c
      erp_order_number: ERP_Order_Number__c
      legal_entity: Legal_Entity__c
#     opportunities.booked_amount: TCV__c     # where deals are booked by another field than Amount
#     opportunities.booked_on: Signed_On__c   # or on another day than CloseDate
    freshness: { warn: 4h, error: 24h }
    streams:
      opportunities: { schedule: "*/15 * * * *" }   # a cadence of its own beside the nightly whole
  erp:
    source: netsuite
    owner: ben
    options:
      account: \${env:NETSUITE_ACCOUNT}
      client_id: \${env:NETSUITE_CLIENT_ID}
      certificate_id: \${env:NETSUITE_CERTIFICATE_ID}
      private_key: \${file:netsuite.pem}
      time_zone: America/Los_Angeles   # of the account: Setup, Company, Company Information
      # one_world: false               # an account without OneWorld: it has no subsidiaries and is one itself, called 1
      # currency: GBP                  # an account without Multiple Currencies: its one currency
    fields:
      crm_opportunity: custbody_crm_opportunity
    freshness: { warn: 4h, error: 24h }

# The company's own code for each legal entity, then what each connection calls it.
legal_entities:
  UK: { crm: Example UK, erp: 1 }

# What the two systems are meant to share. What is outside is summed under out_of_scope, with its reason.
scope:
  go_live: 2026-01-01
# minimum_amount: { amount: 5000, currency: GBP }
# exclude_channels: [web]
# exclude_accounts: ["8000"] # interest: income, and no customer's

# Which system owns a field that both have; the other's copy is compared with it.
field_owners:
  customers:
    name: { owner: crm }
    payment_terms: { owner: erp }

owners:
  default: ana                      # answers for checks and streams that name nobody

# links:                             # of a pair of systems; parts: an invoice without an order bills a part of its deal
#   - { crm: crm, erp: erp, invoices: parts }

# break_limits:                      # how old an open break of a code may get
#   not_ordered: 2d
#   not_invoiced: 45d

schedule: "0 2 * * *"               # the whole run, in the company's time zone; off: never

# alerts:
#   webhook: \${env:ALERT_WEBHOOK}   # gets a POST with JSON when something opens, escalates, is resolved or comes back
#   base_url: https://tieout.example.com

# server:                           # loopback needs no password; any other address needs tokens
#   bind: 0.0.0.0
#   port: 4000
#   tokens: { ana: "\${env:ANA_TOKEN}" }
`

/** The `.env.example` beside it. */
export const exampleEnvironment = `# Copy to .env, which is never committed, and fill in.
SALESFORCE_URL=https://example.my.salesforce.com
SALESFORCE_CLIENT_ID=
SALESFORCE_CLIENT_SECRET=
NETSUITE_ACCOUNT=1234567
NETSUITE_CLIENT_ID=
NETSUITE_CERTIFICATE_ID=
`

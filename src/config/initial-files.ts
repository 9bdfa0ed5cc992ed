/** What `canonry init` writes. A test loads both YAML files, so that they stay valid. */
export const PUBLICATIONS_TEXT = `# Publications: what is loaded, and where it comes from.
# Periods: 2025-11 or nov25, 2025-Q3, FY2025-26, FY2025-26-Q1, 2025-W07, 2025, 2025-11-30.

publications:
  # The code names the tables: a-z, 0-9 and _, beginning with a letter.
  example:
    name: An example of my own files
    # A folder of files, relative to this home or absolute. Periods are read from names, such as
    # waits-2025-11.xlsx, or from the folders that the files stand in.
    folder: inbox

  # Files named one by one; several files of one period add up.
  # adhd:
  #   name: ADHD Management Information
  #   landing_page: https://digital.nhs.uk/data-and-information/publications/statistical/mi-adhd
  #   frequency: monthly
  #   urls:
  #     - period: nov25
  #       url: https://example.org/adhd-november-2025.csv

  # A page that lists the releases; \`canonry add URL\` looks at one and proposes its entry.
  # clinic_waits:
  #   name: Clinic waits
  #   landing_page: https://example.org/statistics/clinic-waits
  #   url: discover

  # An address that follows a rule, one release for each period of the schedule.
  # monthly_counts:
  #   name: Monthly counts
  #   url: https://example.org/{yyyy}/{mm}/counts-{month}-{yyyy}.csv
  #   periods: { from: 2024-01, lag_days: 40 }
`;

export const SETTINGS_TEXT = `# Settings. Everything here is optional; the values shown are the defaults.
# A flag counts before the environment (CANONRY_FETCH_RETRIES=2), the environment before this file.

# database:
#   url: \${DATABASE_URL}      # an external Postgres, 14 or later; without it an embedded one runs

# fetch:
#   timeout_seconds: 30       # longest silence of a server
#   total_seconds: 900        # longest time for one file
#   retries: 4
#   max_bytes: 1073741824
#   allow_private: false      # fetch from private addresses too
#   page_pause_ms: 200        # between two pages of one host
#   recheck_days: 100         # how long a release is looked at again for a replaced file

# enrichment:                 # a model (here an example) describes columns that nothing else describes
#   url: https://example.org/v1 # any OpenAI-compatible endpoint; its key in CANONRY_MODEL_KEY
#   model: a-model
#   price_in: 0.15            # of a million tokens, for the record of costs
#   price_out: 0.60
#   max_cost: 1               # most that one command may spend

# storage:                    # artifacts, exports, logs, archive and backups; \`canonry storage show\`
#   backend: local            # or s3
#   base_dir: ./data          # the folder for them, from this home
#   s3: { bucket: my-datalake, region: eu-west-2, prefix: statistics }
#   roles: { exports: { backend: s3 } }

# run:
#   concurrency: 2            # releases that are fetched and read at once

# backup:
#   with_artifacts: false     # true: the published files too, also at night
# retention:                  # what \`canonry cleanup\` keeps; superseded vintages, artifacts and archives for ever
#   logs_days: 7              # event logs, before they go into the archive of their month
#   failed_runs_days: 14      # working files of runs that did not end well
#   keep_daily: 7             # days of which the last backup stays; keep_weekly: 5, keep_monthly: 12
# schedule:                   # when \`canonry serve\` does what: cron expressions, or off
#   time_zone: UTC
#   backup: "0 1 * * *"
#   cleanup: "0 2 * * *"
#   verify: "0 3 * * 0"
#   verify_deep: "0 4 1 * *"
#   backup_proof: "0 5 * * 0" # the newest one restored beside the database, and compared
#   backfill: "0 6 * * *"     # when publications may be looked at, each by its own calendar

# service:
#   port: 7461                # of http://127.0.0.1:7461/health; off: none
`;

export const GITIGNORE_TEXT = `# Fetched, or made again from the database. manifests/ is not here on purpose: with it a clone rebuilds all.
/data/
/tmp/
`;

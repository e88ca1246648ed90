"""From a finding to the plans that are proved by running."""

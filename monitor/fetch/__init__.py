"""The only code that talks to publishers: `monitor.fetch.client.Fetcher`."""

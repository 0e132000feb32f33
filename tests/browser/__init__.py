"""Pages in a real Chromium: by what a person sees and does. Each test's first page leaves the host for nothing (`guard`)."""

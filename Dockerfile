# One image for every worker. Not yet built by an engine. Without arguments it prints the commands.
FROM python:3.11.14-slim-trixie

# What requirements.lock names, with hashes; psycopg brings its own libpq. PostgreSQL's programs, of the same major version as the server in docker-compose.yml, are for back-ups.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /var/lib/gridplus --create-home gridplus \
    && install -d -o gridplus -g gridplus /etc/gridplus/sources

WORKDIR /opt/gridplus
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY hub hub
COPY contracts contracts
COPY plugins plugins
RUN pip install --no-cache-dir --no-deps --no-build-isolation . ./plugins/*

USER 10001:10001
WORKDIR /var/lib/gridplus
VOLUME ["/var/lib/gridplus", "/etc/gridplus/sources"]
EXPOSE 8480 8481
CMD ["gridplus", "--help"]

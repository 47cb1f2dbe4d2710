# One image for amd64 and arm64: every package in requirements.txt has wheels for both.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATABASE_URL=sqlite:////data/compose.db

# A fixed uid, so that files on a volume keep their owner from one image to the next.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin compose \
    && install --directory --owner=compose --group=compose --mode=0700 /data

WORKDIR /app
COPY requirements.txt ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --no-compile --require-hashes -r requirements.txt
COPY bot ./bot
COPY cogs ./cogs
COPY LICENSE ./
# The code belongs to root and stays as it is; whatever its modes were, the bot can read it.
RUN chmod --recursive a+rX . && python -m compileall -q bot cogs

USER 10001:10001
VOLUME /data
EXPOSE 8080

# The bot ends by itself within 10 s of SIGTERM: let whatever runs this wait for 15.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-m", "bot", "health"]
ENTRYPOINT ["python", "-m", "bot"]

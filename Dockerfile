# The page and the HTTP interface over a database in /data:
#     docker build -t leadwright .
#     docker run -p 127.0.0.1:8000:8000 -v leads:/data leadwright
FROM python:3.12-slim AS built
WORKDIR /source
COPY . .
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[parquet,oidc]"

FROM python:3.12-slim
RUN --mount=type=bind,from=built,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels "leadwright[parquet,oidc]" \
    && useradd --system --uid 10001 --home-dir /data --create-home leadwright
USER leadwright
WORKDIR /data
VOLUME /data
ENV LEADWRIGHT_DB=/data/leads.db PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["leadwright"]
CMD ["serve", "--host", "0.0.0.0"]

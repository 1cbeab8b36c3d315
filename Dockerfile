# The monitor in a small image: built in one stage, run in another, as a user without rights.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/monitor \
    && /opt/monitor/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY monitor monitor
COPY config config
COPY storage storage
RUN /opt/monitor/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --create-home monitor
COPY --from=build /opt/monitor /opt/monitor
ENV PATH=/opt/monitor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MONITOR_DATABASE_URL=sqlite:////data/monitor.db \
    MONITOR_HOST=0.0.0.0
USER monitor
WORKDIR /data
VOLUME /data
EXPOSE 8000
CMD ["monitor", "run"]

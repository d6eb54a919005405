# The REST API and the worker that leads each fit. From the repository's root: docker build -f deploy/images/api.Dockerfile .
# Runs with a read-only root, 2 GB of memory and 2 processors; needs a temporary /tmp. Photos pass through its memory; where
# they wait is for VAULT_REDIS_URL, or a /dev/shm of MAX_UPLOAD_SIZE_MB for each fit, to say (docs/configuration.md).
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
ARG SOURCE_DATE_EPOCH
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/npm-cache npm_config_cache=/npm-cache node tools/prepare.mjs
RUN node deploy/images/build-tree.mjs api /out

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="anny-fitter api" \
      org.opencontainers.image.licenses="Apache-2.0"
# A process that runs has no use for them.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-*
COPY --from=build /out /app
WORKDIR /app
# The services are not in this image.
ENV NODE_ENV=production \
    HOME=/tmp \
    ANNY_FITTER_CACHE=/app/cache \
    HOST=0.0.0.0 \
    PORT=8000 \
    WEB_DIR=none \
    VISION_URL=http://vision:8001 \
    FITTING_URL=http://fitting:8002 \
    VISUALIZATION_URL=http://visualization:8003
USER 1000:1000
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "health-check.mjs", "http", "8000"]
CMD ["node", "services/server/dist/main.js"]

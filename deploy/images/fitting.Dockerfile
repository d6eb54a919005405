# Fits a body to what photos show. From the repository's root: docker build -f deploy/images/fitting.Dockerfile .
# Runs with a read-only root and 8 GB of memory and 4 processors; needs a temporary /tmp.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
ARG SOURCE_DATE_EPOCH
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/npm-cache npm_config_cache=/npm-cache node tools/prepare.mjs
RUN node deploy/images/build-tree.mjs fitting /out

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="anny-fitter fitting" \
      org.opencontainers.image.licenses="Apache-2.0"
# A process that runs has no use for them.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-*
COPY --from=build /out /app
WORKDIR /app
ENV NODE_ENV=production \
    HOME=/tmp \
    ANNY_FITTER_CACHE=/app/cache \
    FITTING_HOST=0.0.0.0 \
    FITTING_PORT=8002
USER 1000:1000
EXPOSE 8002
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "health-check.mjs", "grpc", "8002"]
CMD ["node", "services/fitting/dist/main.js"]

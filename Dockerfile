# Three stages: build the package, install it as a user would, and keep only that.
FROM node:24-slim AS build
WORKDIR /build
COPY . .
# Node itself is there already; its npm package would fetch another.
RUN npm ci --ignore-scripts --no-audit --no-fund && npm pack

FROM node:24-slim AS install
WORKDIR /app
COPY --from=build /build/komet-graphql-*.tgz /tmp/komet-graphql.tgz
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund /tmp/komet-graphql.tgz

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 STORE_URL=file:/data
# The only folder that is written to: the rest may be read-only.
RUN install --directory --owner=node --group=node --mode=0700 /data
COPY --from=install /app /app
USER node
VOLUME /data
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "--max-semi-space-size=16", "--initial-old-space-size=64", "/app/node_modules/komet-graphql/dist/bin/main.js"]
CMD ["start"]

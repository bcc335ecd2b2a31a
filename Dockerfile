# payhook and the libraries it needs, nothing else: no shell, no package manager. docs/guide/container.md leads through it.
FROM docker.io/library/rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --profile dist --locked --package payhook-cli && \
    contrib/container/root target/dist/payhook /root-of-image

FROM scratch
COPY --from=build /root-of-image /
USER 65532:65532
# The store, and what `payhook serve` reads when it is given no file. All that is written goes here.
WORKDIR /var/lib/payhook
VOLUME /var/lib/payhook
EXPOSE 8080
STOPSIGNAL SIGTERM
# Whether it is well is asked of it from outside, at /healthz and /readyz: there is nothing in here to ask with.
ENTRYPOINT ["/usr/bin/payhook"]
CMD ["serve"]

# Two stages: build a static program, then nothing but it.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build OUT=/authfix && mkdir /data

# TLS roots and time zones are embedded in the program.
FROM scratch
COPY --from=build /authfix /authfix
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
# Reached from outside the container only when it is published there.
ENV AUTHFIX_LISTEN=:8080
EXPOSE 8080
ENTRYPOINT ["/authfix"]
CMD ["serve"]

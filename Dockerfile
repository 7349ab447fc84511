# docker build -t muster:0.1.0 .
FROM docker.io/library/maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml .
RUN mvn -q -B dependency:go-offline
COPY src/main src/main
RUN mvn -q -B package -Dmaven.test.skip=true

FROM docker.io/library/eclipse-temurin:25-jre
LABEL org.opencontainers.image.title="Muster" \
      org.opencontainers.image.description="A realtime gateway for fleets of devices"
# By number, so that "runAsNonRoot" can be checked.
RUN mkdir /data && chown 10001:10001 /data
COPY --from=build /src/target/lib /opt/muster/lib
COPY --from=build /src/target/muster.jar /opt/muster/muster.jar
COPY deploy/jvm.options /opt/muster/jvm.options
USER 10001:10001
WORKDIR /data
# Only /data and /tmp are written to: run it with a read-only root file system.
VOLUME /data
ENV MUSTER_DATA_DIR=/data MUSTER_MODE=production PORT=3002
EXPOSE 3002 7355
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORT && printf 'GET /health/live HTTP/1.0\r\n\r\n' >&3 && grep -q 200 <&3"]
ENTRYPOINT ["java", "@/opt/muster/jvm.options", "-cp", "/opt/muster/muster.jar:/opt/muster/lib/*:/opt/muster/plugins/*", "io.muster.app.Main"]
CMD ["serve"]

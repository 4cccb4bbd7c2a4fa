/** What `nightflow-agent opcua --help` says. */
export const OPCUA_USAGE = `nightflow-agent opcua certificates list agent.yaml
nightflow-agent opcua certificates approve|reject agent.yaml FINGERPRINT   (its first 8 digits will do)
nightflow-agent opcua certificates add agent.yaml SERVER-CERTIFICATE.pem
nightflow-agent opcua certificates renew agent.yaml                        (the agent's own)
nightflow-agent opcua endpoints opc.tcp://HOST:4840
nightflow-agent opcua browse agent.yaml BUS [PATH]                         (security and user as the bus has them)
nightflow-agent opcua browse opc.tcp://HOST:4840 [PATH] [--agent agent.yaml] [--policy Basic256Sha256] [--user NAME --secret FILE]
    PATH as Objects/Plant*/FT-*; --depth 6, --max 2000; --items writes channels and items as JSON, --period 900`;

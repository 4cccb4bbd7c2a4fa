"""An OPC UA server of asyncua for tests: a flow computer that measures on whether or not its server runs.

Arguments: port, folder, seconds of history that it holds at its start. Says READY on its standard output.
"""

import asyncio
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.permission_rules import User, UserRole
from cryptography.x509.oid import ExtendedKeyUsageOID

STEP = timedelta(milliseconds=250)
PORT, FOLDER, HISTORY_S = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])


class Users:
    def get_user(self, iserver, username=None, password=None, certificate=None):
        return User(role=UserRole.User) if (username, password) == ("reader", "s3cret") else None


def value_at(at):
    """Whoever reads a value sees from it when it was measured."""
    return ua.DataValue(
        Value=ua.Variant(at.timestamp(), ua.VariantType.Double),
        SourceTimestamp=at,
        ServerTimestamp=datetime.now(timezone.utc),
    )


async def main():
    server = Server(user_manager=Users())
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{PORT}/")
    uri = "urn:nightflow:asyncua"
    await server.set_application_uri(uri)
    key, certificate = FOLDER / "key.pem", FOLDER / "certificate.der"
    await setup_self_signed_certificate(
        key, certificate, uri, "localhost", [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH], {}
    )
    await server.load_certificate(certificate)
    await server.load_private_key(key)
    server.set_security_policy(
        [
            ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
            ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
            ua.SecurityPolicyType.Aes256Sha256RsaPss_Sign,
        ]
    )
    index = await server.register_namespace("http://nightflow.example/flow")
    plant = await server.nodes.objects.add_folder(index, "Plant")
    device = await plant.add_object(index, "FT-101")
    total = await device.add_variable(ua.NodeId("FT-101.Total", index), ua.QualifiedName("Total", index), 0.0)
    unit = ua.EUInformation(
        NamespaceUri="http://www.opcfoundation.org/UA/units/un/cefact",
        UnitId=int.from_bytes(b"MTQ", "big"),
        DisplayName=ua.LocalizedText("m³"),
    )
    await total.add_property(0, "EngineeringUnits", unit)
    valve = await device.add_variable(ua.NodeId("FT-101.Open", index), ua.QualifiedName("Open", index), True)
    await valve.set_writable()
    position = ua.Variant(100, ua.VariantType.UInt16)
    await device.add_variable(ua.NodeId("FT-101.Position", index), ua.QualifiedName("Position", index), position)
    now = datetime.now(timezone.utc)
    await server.write_attribute_value(total.nodeid, value_at(now - timedelta(seconds=HISTORY_S)))
    async with server:
        await server.historize_node_data_change(total, period=timedelta(days=1), count=100_000)
        at = now - timedelta(seconds=HISTORY_S)
        while at < now:
            await server.iserver.history_manager.storage.save_node_value(total.nodeid, value_at(at))
            at += STEP
        print("READY", flush=True)
        while True:
            await server.write_attribute_value(total.nodeid, value_at(datetime.now(timezone.utc)))
            opening = ua.Variant(100 if await valve.read_value() else 0, ua.VariantType.UInt16)
            await server.write_attribute_value(ua.NodeId("FT-101.Position", index), ua.DataValue(opening))
            await asyncio.sleep(STEP.total_seconds())


asyncio.run(main())

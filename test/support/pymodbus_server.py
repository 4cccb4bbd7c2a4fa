"""A Modbus server of pymodbus: `pymodbus_server.py PORT socket|rtu|ascii`. Units 1 and 2; word n of unit u is u * 4096 + n."""
import asyncio
import sys

from pymodbus import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

SIZE = 400


def device(unit):
    words = [SimData(0, values=[unit * 4096 + n for n in range(SIZE)], datatype=DataType.REGISTERS)]
    bits = [SimData(0, count=SIZE, values=False, datatype=DataType.BITS)]
    return SimDevice(id=unit, simdata=(bits, bits, words, words))


async def main():
    server = ModbusTcpServer(
        [device(1), device(2)],
        framer=FramerType(sys.argv[2]),
        address=("127.0.0.1", int(sys.argv[1])),
        broadcast_enable=True,
    )
    await server.listen()
    print("listening", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())

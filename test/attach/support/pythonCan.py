# python-can on slcan over TCP: prints every frame it hears, and sends those that it reads, in candump's words.
import sys
import threading

import can


def text_of(message):
    name = "%08X" % message.arbitration_id if message.is_extended_id else "%03X" % message.arbitration_id
    if message.is_remote_frame:
        return name + "#R"
    mark = "##%d" % message.bitrate_switch if message.is_fd else "#"
    return name + mark + bytes(message.data).hex().upper()


def message_of(text):
    name, rest = text.split("#", 1)
    fd = rest.startswith("#")
    data = "" if rest == "R" else rest[2:] if fd else rest
    return can.Message(
        arbitration_id=int(name, 16),
        is_extended_id=len(name) == 8,
        is_remote_frame=rest == "R",
        is_fd=fd,
        bitrate_switch=fd and rest[1] == "1",
        data=bytes.fromhex(data),
    )


def listen(bus, ended):
    while not ended.is_set():
        message = bus.recv(timeout=0.1)
        if message is not None:
            print(text_of(message), flush=True)


channel = "socket://127.0.0.1:%s" % sys.argv[1]
with can.Bus(interface="slcan", channel=channel, bitrate=500000, sleep_after_open=0) as bus:
    # asked after everything else, so that the answer tells that the channel is open
    print("version", bus.get_version(5), bus.get_serial_number(5), flush=True)
    ended = threading.Event()
    listener = threading.Thread(target=listen, args=(bus, ended))
    listener.start()
    for line in sys.stdin:
        bus.send(message_of(line.strip()))
    ended.set()
    listener.join()

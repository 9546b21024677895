# scapy's ISO-TP in software over python-can's slcan: sends every message that it gets back, its bytes in reverse.
import sys

from scapy.config import conf

conf.contribs["ISOTP"] = {"use-can-isotp-kernel-module": False}
conf.contribs["CANSocket"] = {"use-python-can": True}
from scapy.contrib.cansocket import CANSocket  # noqa: E402
from scapy.contrib.isotp import ISOTP, ISOTPSoftSocket  # noqa: E402

port, block_size, st_min, count = (int(text) for text in sys.argv[1:])
frames = CANSocket(
    bustype="slcan", channel="socket://127.0.0.1:%d" % port, bitrate=500000, sleep_after_open=0
)
messages = ISOTPSoftSocket(frames, tx_id=0x7E0, rx_id=0x7E8, bs=block_size, stmin=st_min, padding=block_size > 0)
print("ready", flush=True)
for _ in range(count):
    message = messages.recv()
    messages.send(ISOTP(data=bytes(message.data)[::-1]))
sys.stdin.read()
messages.close()
frames.close()

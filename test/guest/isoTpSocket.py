"""One message over a CAN_ISOTP socket of the Linux kernel: its own words on how it went, on stdout.

isoTpSocket.py INTERFACE RECEIVE_ID TRANSMIT_ID OPTIONS receive|send [LENGTH]

OPTIONS is JSON: flags, txPad, rxPad (CAN_ISOTP_OPTS), blockSize, stmin (CAN_ISOTP_RECV_FC), fd (frames of 64 bytes).
Prints `ready`, then `received LENGTH SHA256`, `sent`, or `error ERRNO`.
"""
import errno
import hashlib
import json
import socket
import struct
import sys

SOL_CAN_ISOTP = 106
CAN_ISOTP_OPTS = 1
CAN_ISOTP_RECV_FC = 2
CAN_ISOTP_LL_OPTS = 5
# `send` comes back when the message has left, or with what went wrong.
CAN_ISOTP_WAIT_TX_DONE = 0x400

interface, receive_id, transmit_id, options_text, action = sys.argv[1:6]
options = json.loads(options_text)

isotp = socket.socket(socket.AF_CAN, socket.SOCK_DGRAM, socket.CAN_ISOTP)
flags = options.get("flags", 0) | CAN_ISOTP_WAIT_TX_DONE
pads = (options.get("txPad", 0xCC), options.get("rxPad", 0xCC))
isotp.setsockopt(SOL_CAN_ISOTP, CAN_ISOTP_OPTS, struct.pack("=IIBBBB", flags, 0, 0, *pads, 0))
flow = (options.get("blockSize", 0), options.get("stmin", 0), 0)
isotp.setsockopt(SOL_CAN_ISOTP, CAN_ISOTP_RECV_FC, struct.pack("=BBB", *flow))
if options.get("fd", False):
    isotp.setsockopt(SOL_CAN_ISOTP, CAN_ISOTP_LL_OPTS, struct.pack("=BBB", 72, 64, 1))
isotp.bind((interface, int(receive_id, 16), int(transmit_id, 16)))
print("ready", flush=True)

try:
    if action == "receive":
        message = isotp.recv(100_000)
        print("received", len(message), hashlib.sha256(message).hexdigest()[:16])
    else:
        isotp.send(bytes((index * 7 + (index >> 8)) & 0xFF for index in range(int(sys.argv[6]))))
        print("sent")
except OSError as error:
    print("error", errno.errorcode.get(error.errno or 0, error.errno))

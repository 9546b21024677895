"""Messages over CAN_ISOTP sockets of the Linux kernel: its own words on how each went.

Reads a request a line, as JSON: interface, receiveId, transmitId, length (to send a message of so many bytes; to receive one where
absent); flags, blockSize, stmin (CAN_ISOTP_OPTS and CAN_ISOTP_RECV_FC), fd (frames of 64 bytes).
Prints `ready` when the socket is bound, then `received LENGTH SHA256`, `sent`, or `error ERRNO`.
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
PADDING = 0xCC


def exchange(request):
    with socket.socket(socket.AF_CAN, socket.SOCK_DGRAM, socket.CAN_ISOTP) as isotp:
        flags = request.get("flags", 0) | CAN_ISOTP_WAIT_TX_DONE
        isotp.setsockopt(SOL_CAN_ISOTP, CAN_ISOTP_OPTS, struct.pack("=IIBBBB", flags, 0, 0, PADDING, PADDING, 0))
        flow = (request.get("blockSize", 0), request.get("stmin", 0), 0)
        isotp.setsockopt(SOL_CAN_ISOTP, CAN_ISOTP_RECV_FC, struct.pack("=BBB", *flow))
        if request.get("fd", False):
            isotp.setsockopt(SOL_CAN_ISOTP, CAN_ISOTP_LL_OPTS, struct.pack("=BBB", 72, 64, 1))
        isotp.bind((request["interface"], request["receiveId"], request["transmitId"]))
        print("ready", flush=True)
        if "length" in request:
            isotp.send(bytes((index * 7 + (index >> 8)) & 0xFF for index in range(request["length"])))
            return "sent"
        message = isotp.recv(100_000)
        return f"received {len(message)} {hashlib.sha256(message).hexdigest()[:16]}"


for line in sys.stdin:
    try:
        print(exchange(json.loads(line)), flush=True)
    except OSError as error:
        print("error", errno.errorcode.get(error.errno or 0, error.errno), flush=True)

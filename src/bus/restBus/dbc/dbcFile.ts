// Owns: what a DBC file says of a bus's messages and their signals, and what is wrong with one. Must not know files or buses.

/** Where the file is wrong, or what of it. */
export interface DbcFault {
  readonly line: number;
  readonly message: string;
}

/** A range of raw values, both ends in it. */
export type RawRange = readonly [low: number, high: number];

/** A signal is in the frame only while another one of its message, the switch, has one of these raw values. */
export interface SignalCondition {
  readonly switch: string;
  readonly ranges: readonly RawRange[];
}

/** Where a signal stands in its frame, and how a physical value becomes the bits there. */
export interface SignalPlace {
  readonly name: string;
  /** As the file counts: of the least significant bit, with `bigEndian` of the most significant one. */
  readonly start: number;
  readonly length: number;
  readonly bigEndian: boolean;
  readonly signed: boolean;
  /** The bits are those of an IEEE 754 number of the signal's length. */
  readonly float: boolean;
  /** The physical value is the raw one times `factor` plus `offset`. */
  readonly factor: number;
  readonly offset: number;
}

export interface DbcSignal extends SignalPlace {
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  /** Others are in the frame by its value. */
  readonly isSwitch: boolean;
  readonly when: SignalCondition | undefined;
  /** `GenSigStartValue`, raw. */
  readonly startValue: number | undefined;
}

export interface DbcMessage {
  /** The long name, where the file has one. */
  readonly name: string;
  /** As it stands behind `BO_`. */
  readonly shortName: string;
  readonly id: number;
  readonly extended: boolean;
  readonly bytes: number;
  /** Those that send it, by their long names; none for one that the file gives to no node. */
  readonly senders: readonly string[];
  readonly signals: readonly DbcSignal[];
  /** By `VFrameFormat`: such as `StandardCAN_FD` or `J1939PG`. */
  readonly format: string | undefined;
  /** By `GenMsgCycleTime`; undefined for one without a cycle. */
  readonly cycleMs: number | undefined;
  /** By `GenMsgSendType`. */
  readonly sendType: string | undefined;
  /** By `GenMsgStartDelayTime`. */
  readonly startDelayMs: number | undefined;
  readonly line: number;
}

export interface DbcFile {
  readonly nodes: readonly string[];
  readonly messages: readonly DbcMessage[];
  /** What of it was not understood, and so left out. */
  readonly notes: readonly string[];
}

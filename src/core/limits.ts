// Owns: every bound of the product, each with its reason. A bound is a constant: nothing that arrives can raise it.
import { KIB, MIB } from './units.ts';

/** A root file: a few dozen keys in JSON take some 10 KiB. S2 */
export const rootBytesMax = 64 * KIB;
/** A timestamp names one file. T1 */
export const timestampBytesMax = 16 * KIB;
/** A timestamp that others wrote: its signatures may be of RSA keys, and many. T1 */
export const foreignTimestampBytesMax = 64 * KIB;
/** The cap where a timestamp does not state the snapshot's length. U1 */
export const snapshotBytesMax = 64 * KIB;
/** A root of TUF's own form: keys in PEM, of many maintainers. S2 */
export const tufRootBytesMax = 512 * KIB;
/** A snapshot of a repository with tens of thousands of delegated roles, where the timestamp states its length. U1 */
export const statedSnapshotBytesMax = 8 * MIB;
/** Director Targets name the images of one vehicle: of 500 ECUs, each with one of its own, encrypted for it. V1 */
export const directorTargetsBytesMax = 512 * KIB;
/** Image repository Targets can list thousands of images. V1 */
export const imageTargetsBytesMax = 8 * MIB;
/** Any metadata file: what a Secondary makes room for before it knows which one it is. */
export const metadataFileBytesMax = Math.max(statedSnapshotBytesMax, imageTargetsBytesMax);
/** A signed time with one token an ECU. */
export const timeAttestationBytesMax = 64 * KIB;
/** One ECU's version report. */
export const versionReportBytesMax = 8 * KIB;
/** ECUs of one vehicle, some of which are behind gateways: trucks and buses have more than a hundred. */
export const ecusMax = 500;
/** A manifest of that many reports, each as long as it may be, and what stands around them. */
export const vehicleManifestBytesMax = ecusMax * (versionReportBytesMax + 256);
/** Roots followed in one update: an ECU off the road for years still catches up. S2 */
export const rootRotationsMax = 256;
/** Delegated roles visited in search of one image, as TUF's clients do. W */
export const delegatedRolesVisitedMax = 32;
/** Delegated Targets that one verification reads, and of them that an ECU keeps: a MiB, some two thousand images, for each role of a search. V1 W */
export const delegatedTargetsBytesMax = delegatedRolesVisitedMax * MIB;
/** How far an uploaded Targets file's version may lie above the last one: versions that are dates or seconds still fit. B5 */
export const uploadedVersionStepMax = 2 ** 32;
/** Delegations of one Targets file: a role a supplier. */
export const delegationsMax = 4096;
/** The same in plain TUF: hash bins of large package repositories, a role a bin; decoding stays below two seconds and 300 MiB. */
export const tufDelegationsMax = 16_384;
/** Targets of plain TUF: as many roles, with a key each, as python-tuf indents them. V1 */
export const tufTargetsBytesMax = 16 * MIB;
/** Paths or hash prefixes of one delegation. */
export const delegatedPathsMax = 4096;
/** Addresses of one repository. G2 */
export const repositoryMirrorsMax = 16;
/** Entries of a repository map, and paths of one of them. G3 */
export const repositoryMappingsMax = 256;
/** Characters of all path patterns of one Targets file, and one a pattern: 64 a role. A search compares its name with each. E4 */
export const delegationPatternCharsMax = 256 * KIB;
/** The same in plain TUF, 64 a role again. The name that is compared is the user's own, no attacker's. */
export const tufDelegationPatternCharsMax = tufDelegationsMax * 64;
/** One pattern of paths. A search compares its name with each. E4 G3 */
export const patternCharsMax = 1024;
/** Hardware that one delegation is for: all that a supplier makes images for. E5 */
export const delegationHardwareIdsMax = 256;
/** Hardware that one image is for: the variants of one ECU. D5 */
export const imageHardwareIdsMax = 64;
/** JSON nesting: the deepest real metadata is about 8. */
export const jsonDepthMax = 32;
/**
 * Values of one JSON text: each costs far more memory and time than its characters. Ten for each of 50,000 targets: with a hash no more
 * of them fit into the 8 MiB of the longest file.
 */
export const jsonValuesMax = 500_000;
/** Decoded files that are kept, since ECUs of one vehicle read the same ones: of two repositories all roles, as trusted and as received, and their delegated ones. */
export const decodedFilesKeptMax = 64;
/** The longest of them, which bounds what they take: those of one vehicle's update have a few KiB. */
export const decodedFileKeptBytesMax = 32 * KIB;
/** Verdicts on signatures that ECUs of one simulated run share: some hundred in an update of a vehicle. Each takes some 150 bytes. */
export const sharedVerdictsMax = 4096;
/** Signatures on one file, keys in one role. */
export const signaturesMax = 64;
/** Keys that one file lists. */
export const keysMax = 256;
/** The same in plain TUF: a key for each role that one file delegates to. */
export const tufKeysMax = 16_384;
/** A public key: the PEM of an RSA key of 8192 bits takes some 1,500 characters. */
export const publicKeyCharsMax = 8192;
/** A signature as text: 1,024 bytes for an RSA key of 8192 bits. */
export const signatureCharsMax = 4096;
/** Images of one Targets file. */
export const targetsMax = 100_000;
/** A name of an ECU, a role, a piece of hardware. B1 */
export const identifierCharsMax = 128;
/** The name of a role, an image or a repository that others wrote: it means nothing until it is looked up. */
export const foreignNameCharsMax = 1024;
/** A key's identifier that others made: a hash in hexadecimal of up to 1,024 bits. B2 */
export const foreignKeyIdCharsMax = 256;
/** A key's identifier, and any other name, within a line that says what is wrong there. */
export const keyIdWordsCharsMax = 13;
export const nameWordsCharsMax = 60;
/** A word of a short list: a kind of file, of key, of signature, of hash; a version of the specification. */
export const wordCharsMax = 64;
/** An address: what servers take. D10 G2 */
export const urlCharsMax = 2048;
/** An address within a line of 200 characters: what is wrong there has room behind it. */
export const urlWordsCharsMax = 140;
/** The name of an encrypted image, in hexadecimal. D7 */
export const encryptedNameCharsMax = 256;
/** Tokens in one time attestation: one an ECU, and some to spare. Y1 */
export const timeTokensMax = ecusMax + 12;
/** In another's report: a code or an attack, and a clause. What is not known is shown all the same. O4 */
export const reportedCodeCharsMax = 60;
export const reportedClauseCharsMax = 16;
/** One line of output: more is of no use to whoever reads it. */
export const linesPrintedCharsMax = 2000;
/** An image name. */
export const filenameCharsMax = 180;
/** One part of an image name, so that any file system can hold it with a SHA-512 prefix: 255 - 129. H2 */
export const filenamePartBytesMax = 126;
/** One line that says what is wrong; it travels in a version report. */
export const faultMessageCharsMax = 200;
/** One of the two values that a fault says differ: a SHA-512 hash whole, of long lists the beginning. */
export const faultValueCharsMax = 256;
/** Such a value within the line: two hashes and what is said of them fit into it. */
export const faultValueWordsCharsMax = 30;
/** Attacks carried in one version report: more kinds than a node on the bus makes a Secondary find whose image no delegated role lists. O4 */
export const attacksReportedMax = 60;
/** What they take of the report, in even shares: 100 bytes hold the codes, 200 a line in words; the rest has room for names and hashes. */
export const reportedFaultsBytesMax = 6 * KIB;
/** Faults that wait to be reported, each kind once: two reports full. Where there is no room, the latest is dropped. */
export const faultsKeptMax = 2 * attacksReportedMax;

/** One message on a link: a block of an image and its envelope, with room to spare. */
export const linkMessageBytesMax = 64 * KIB;
/** What an ISO-TP sender asks of a streamed message's source at one time: some frames, so that asking costs next to nothing. */
export const isoTpPieceBytesMax = 4 * KIB;
/** An ISO-TP message taken into memory as a whole: an image. Longer ones go to a sink, piece by piece. */
export const isoTpWholeMessageBytesMax = 64 * MIB;
/** One block of an image on the in-vehicle network; an ECU may ask for less. */
export const imageBlockBytesMax = 32 * KIB;
/** The least that it may ask for, what one CAN frame carries: smaller blocks are little but their envelopes, and come without an end. K3 */
export const imageBlockBytesMin = 8;
/** The first block of an image: 0.14 s on a CAN bus of 500 kbit/s. */
export const imageBlockFirstBytes = 4 * KIB;
/** Blocks that leave faster are made longer: at 75 ms, a round trip of 1 ms costs some 1 %. */
export const imageBlockMsMin = 75;
/** Blocks that take longer are made shorter: ECUs with weaker ids wait for the end of one, and ISO-TP lets them wait a second. */
export const imageBlockMsMax = 300;
/** One piece of a metadata file on the in-vehicle network. */
export const metadataChunkBytesMax = 4 * KIB;
/** Metadata that a Secondary is sent for one verification: of both repositories all roots that may follow and the online roles, and the delegated roles of a search. M8 */
export const receivedFilesMax = 2 * (rootRotationsMax + 3) + delegatedRolesVisitedMax;
/** All of these in bytes, each as long as it may be: what verifies on a Primary fits into a Secondary. M8 */
export const receivedFilesBytesMax =
  2 * (rootRotationsMax * rootBytesMax + timestampBytesMax + statedSnapshotBytesMax) +
  directorTargetsBytesMax +
  imageTargetsBytesMax +
  delegatedTargetsBytesMax;
/** The name of such a file: a role's name, each character of it as three bytes in percent-encoding, and what stands around it. H3 */
export const receivedNameCharsMax = 9 * identifierCharsMax + 48;
/** One range of an image asked of a repository. */
export const downloadRangeBytesMax = 256 * KIB;
/** Slow retrieval is judged by windows of this length: a bus that is cut for some seconds and repaired is no attack. K3 */
export const transferWindowMs = 30_000;
/** In each window, or what is on its way is given up: a fifth of what a CAN bus of 125 kbit/s carries. K3 */
export const transferBytesPerSecondMin = 1 * KIB;
/** What an ECU may take for its metadata beyond what the least rate takes: a few KiB, which a bus cut of a minute must not spoil. K3 */
export const metadataPatienceMs = 2 * 60_000;
/** One image from the repositories or to an ECU: 64 MiB at 300 kbit/s. What came is kept for the next cycle. K3 */
export const transferMsMax = 30 * 60_000;
/** All images from the repositories in one cycle: half of what a phase may take, so that what came is handed on in this cycle. K3 */
export const downloadsMsMax = 3 * 3_600_000;
/** Failures of one download from one address: a connection that is lost for a moment is none of them. */
export const downloadFailuresMax = 3;
/** A request to a Secondary, until it counts as unreachable: with the pauses below, patience for a bus cut of some 10 s. */
export const requestAttemptsMax = 8;
/** Pauses before a request is repeated: each is twice the one before. */
export const requestPauseFirstMs = 50;
export const requestPauseMsMax = 2000;
/** A request leaves in this time even on the slowest bus. A peer that stops taking what is sent to it costs no more. */
export const requestSendingMsMax = 2 * 60_000;
/** A request that has not left by then shares its channel with the next: a peer that asks for long pauses keeps no other waiting longer. */
export const channelTurnMsMax = 15_000;
/** The answer to a hello, which is short: a Secondary that is just rebooting does not hear the first one, and it is repeated soon. */
export const helloAnswerMsMax = 300;
/** An answer of a Secondary leaves in this time on a busy bus, or its reboot does not wait for it. */
export const answerSendingMsMax = 2000;
/** Conversations at once on one channel: two, so that one ECU receives while the other writes its flash. More would gain nothing. */
export const conversationsAtOnceMax = 2;
/** One piece of an image read from flash: all of it that is in memory at one time. */
export const flashReadBytesMax = 64 * KIB;
/** Tries to boot one image: what does not come up so often will not. P12 */
export const activationsMax = 3;
/** Patterns of image names that one ECU may install. P7 */
export const filenamePatternsMax = 64;
/** Connections that wait while the one that is meant is not known: it is the latest of them, or nearly. */
export const tcpCallersWaitingMax = 64;
/** A TLS handshake: some signatures, over a slow line. Peers that do not end theirs, and how many may be at it at one time. */
export const tlsHandshakeMsMax = 10_000;
export const tlsHandshakesMax = 8;
/** Frames that may wait at an output of a switch: what chips for vehicles have is of this order; at least one frame. */
export const ethernetQueueBytes = 128 * KIB;
export const ethernetQueueBytesMin = 2 * KIB;
export const ethernetQueueBytesMax = 1 * MIB;
/** One way along an Ethernet link: with full queues, there and back is still less than TCP waits before it sends again. */
export const ethernetLatencyUsMax = 10_000;
/** Frames one node may have waiting. SocketCAN's default is of this order. */
export const transmitQueueFramesMax = 64;
/** A CAN interface may be down so long before its nodes give up: an adapter is pulled and plugged in again, a bus-off is noticed. */
export const interfacePatienceMs = 60_000;
/** Receive filters that the kernel takes of one socket (CAN_RAW_FILTER_MAX). */
export const kernelFiltersMax = 512;

/** From the end of a frame on one bus until a gateway offers it to the next, unless it is told otherwise: what gateways are specified with. */
export const gatewayDelayNs = 50_000;
/** Frames that wait in a gateway for one bus, unless it is told otherwise: a block of ISO-TP frames for a few ECUs. */
export const gatewayQueueFrames = 64;
/** The most that it may be told: beyond, frames are older than the protocols that wait for them. */
export const gatewayQueueFramesMax = 4096;
/** A bus that takes no frame of a gateway for so long is cut or blocked. Below the second that ISO-TP waits, so that what follows may be in time. */
export const gatewayConfirmationMsMax = 500;
/** Rows of the routing tables of all gateways of a vehicle, an id or a range of ids each: they are searched for loops. */
export const gatewayRoutesMax = 2048;
/** Bytes of messages that wait in a gateway in one direction of an ISO-TP route, unless it is told otherwise: the longest message as a whole. */
export const gatewayBufferBytes = 64 * KIB;
/** The most and the least that it may be told. Below, not one FD frame after another fits. */
export const gatewayBufferBytesMax = 16 * MIB;
export const gatewayBufferBytesMin = 256;
/** Messages that wait there, however short: an answer, and requests that were repeated. */
export const gatewayMessagesMax = 16;

/** What an eavesdropper in a scenario keeps: some hundred updates of a whole vehicle. */
export const eavesdroppedBytesMax = 256 * MIB;

/** Messages of one DBC file: the largest that are seen in cars describe some hundreds a bus. */
export const dbcMessagesMax = 4096;
/** One line of a DBC file: the longest list the receivers of a signal or the values of an enumeration. */
export const dbcLineCharsMax = 64 * KIB;
/** A DBC file, and a log whose frames are background load. */
export const trafficFileBytesMax = 16 * MIB;
/** Recorded frames that a scenario holds: they travel in the head of its trace. */
export const trafficFramesMax = 20_000;

/** A scenario or vehicle file. */
export const scenarioBytesMax = 256 * KIB;
/** Its nesting: the deepest that means anything is a gateway's range of ids, 8 levels within a scenario. */
export const yamlDepthMax = 32;
/** Its values, those that aliases stand for counted each time: a file as long as it may be holds no more when written out. */
export const yamlValuesMax = 150_000;
/** An image given on the command line, and the largest flash bank. */
export const imageBytesMax = 64 * MIB;
/** A trace to be replayed, one line of it. */
export const traceLineBytesMax = 2 * MIB;
/** Suppliers of a scenario, each a delegated role: fewer than one search may visit. */
export const suppliersMax = 24;

/** A public key in PEM: an RSA key of 8192 bits takes some 1,500 characters. */
export const pemCharsMax = 2 * KIB;
/** RSA moduli: below, they are within reach of factoring; above, one check takes milliseconds and no repository has such keys. */
export const rsaModulusBitsMin = 2048;
export const rsaModulusBitsMax = 8192;
/** RSA public exponents: 65537 in practice; a large one makes a check as slow as a signature. */
export const rsaPublicExponentMax = 2 ** 32;
/** Plain bytes in one block of an encrypted image: all that an ECU has to hold to decrypt; the tag adds 0.4 %. D7 */
export const encryptedBlockPlainBytes = 4 * KIB;

/** From an HTTP request to the end of its answer's header, connecting included. */
export const httpAnswerMsMax = 10_000;
/** Slow retrieval is judged by windows of this length: a small metadata file has a whole one to arrive. K3 */
export const httpRateWindowMs = 10_000;
/** In each window, or the download is given up: half of what the slowest mobile data service carries. K3 */
export const httpBytesPerSecondMin = 8 * KIB;
/** One file, redirects included: the largest image at 300 kbit/s. K3 */
export const httpTotalMsMax = 30 * 60_000;
export const httpRedirectsMax = 3;
/** The page that comes with a status such as 404: read so that the connection can be used again, but no more than this. */
export const httpErrorPageBytesMax = 64 * KIB;
/** The trusted metadata of two repositories: each file as long as it may be, the Director's Targets in their three kinds. L2 OU1 P5 */
export const trustedMetadataBytesMax =
  2 * (rootBytesMax + foreignTimestampBytesMax + statedSnapshotBytesMax) +
  snapshotBytesMax +
  3 * directorTargetsBytesMax +
  imageTargetsBytesMax +
  delegatedTargetsBytesMax;
/** The same in one file of JSON, where a quote takes two characters, with room for the names of the files. */
export const trustStoreBytesMax = 2 * trustedMetadataBytesMax + MIB;
/** The lock of a folder says which process has it: its id and its beginning, and a number of chance. */
export const lockFileBytesMax = 128;
/** A lock that others take over again and again while this process looks: each time costs one of them a whole call. */
export const lockAttemptsMax = 64;
/** A process that has a lock gives a sign of life so often, for those on other machines and in other containers. */
export const lockRenewalMs = 10_000;
/** Without one for so long, a process that nobody can see counts as gone: it does nothing that takes the whole process so long. */
export const lockSilentMsMax = 60_000;
/** A temporary file of a process that nobody can see was left by it when it has not grown for a day. */
export const remainsSilentMsMax = 24 * 3_600_000;
/** One piece of a file that is read: as much as is in memory of a large image at one time. */
export const fileReadBytesMax = 64 * KIB;
/** The file name of a download, and one part of it: what file systems hold. */
export const downloadNameBytesMax = 1024;
export const downloadPartBytesMax = 255;

/** Past editions of a repository's online roles that stay on offer: a vehicle in the middle of an update still finds its own. */
export const editionsKeptMax = 32;
/** How far the time in an ECU's report may be ahead of the Director's: two servers' clocks, and an ECU's own. J5 */
export const reportTimeAheadSecondsMax = 300;
/** Attacks that the Director keeps of what one ECU reported, the latest. O4 */
export const attacksKeptMax = 64;
/** One vehicle's registration: a KiB an ECU, with two keys and names of some length. J10 */
export const registrationBytesMax = ecusMax * KIB;
/** Vehicles in one inventory that is held in memory. J9 */
export const vehiclesMax = 100_000;
/** Campaigns in one Director, ended ones included. */
export const campaignsMax = 1000;
/** What one image may require, and what it may conflict with. J7 */
export const releaseDependenciesMax = 32;
/** A range of versions, or a product's name. J7 */
export const versionRangeCharsMax = 128;
/** Releases of one product that are considered for one ECU, the newest: enough to pick from, and few enough to search. J7 */
export const releasesConsideredMax = 16;
/** Steps of the solver that picks images for one vehicle: real vehicles need a few dozen. J7 */
export const resolverStepsMax = 256;
/** A file with one signing key. */
export const keyFileBytesMax = 4 * KIB;

/** One line of a captured log: a CAN FD line of an ASC file takes some 400 characters. */
export const captureLineCharsMax = 4 * KIB;
/** One block of a pcapng file that is read: a packet is at most 256 KiB. Others are passed over, however long. */
export const captureBlockBytesMax = 1 * MIB;
/** Interfaces of one section of a pcapng file, or channels of an ASC file. */
export const captureBusesMax = 1024;
/** The name of an interface in a capture: Linux allows 15 characters, Windows names them by UUIDs. */
export const captureNameCharsMax = 128;

/** One line of slcan: an extended CAN FD frame of 64 bytes takes 138 characters. */
export const slcanLineCharsMax = 160;
/** Clients of one attach point at once: as many nodes as a bus has at most. */
export const slcanClientsMax = 64;
/** Text that waits for a client to read it: a second of a full bus of 1 Mbit/s. What is beyond is lost for that client. */
export const slcanOutputBytesMax = 256 * KIB;
/** Text of a client that waits for the bus: some 2,000 frames. Beyond, the client's own sending waits. */
export const slcanInputCharsMax = 64 * KIB;
/** A frame from outside waits so long for room in its node's queue: a slow bus sends some 100 frames in that time. */
export const attachPatienceMs = 1000;
/** A node of somebody who left stays so long for what it still has to send: a full queue on a bus of 250 kbit/s. */
export const attachLeaveMsMax = 200;
/** One cannelloni packet: what one Ethernet frame carries of UDP over IPv4. */
export const cannelloniPacketBytesMax = 1472;
/** Frames gather so long for one packet: a host's timers are not finer. */
export const cannelloniGatherMs = 1;
/** Frames from a cannelloni peer that wait for the bus: what gathers there in a tenth of a second on a full bus of 1 Mbit/s. */
export const cannelloniFramesWaitingMax = 1024;
/** What the kernel has not taken of what goes to a cannelloni peer. */
export const cannelloniSendQueueBytesMax = 256 * KIB;

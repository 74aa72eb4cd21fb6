// What events of a log mean, and the stage of a start to which they belong. Types are those of the TCG's PC Client Platform Firmware Profile, 10.4.1; kinds of
// facts are those of the report's schema, and say more than a type where there is one.

/** @typedef {"firmware" | "secure-boot" | "loader" | "system" | "application" | "other"} Stage */

/** @type {Record<Stage, { title: string, what: string }>} in the order of a start */
export const STAGES = {
  "firmware": { title: "Firmware", what: "The code and settings that the machine starts with, before anything from a disk." },
  "secure-boot": { title: "Secure Boot", what: "Whether only signed code may start, and whose signatures count." },
  "loader": { title: "Boot loader", what: "What the firmware loaded from a disk or network, and what that loaded in turn." },
  "system": { title: "Operating system", what: "The kernel, its command line and first file system, and what Linux measured while it ran." },
  "application": { title: "Application", what: "What programs measured themselves: weights, server code, TLS keys." },
  "other": { title: "Other", what: "Events that this page has no words for." },
};

/** @type {Record<string, [Stage, string]>} */
const FACTS = {
  "firmware-version": ["firmware", "The firmware says which version it is."],
  "memory-protection": ["firmware", "The firmware says how memory is kept from the machine's host."],
  "secure-boot": ["secure-boot", "Whether Secure Boot was on."],
  "keys": ["secure-boot", "A list of keys or revocations that Secure Boot was configured with."],
  "authority": ["secure-boot", "The entry of a key list that allowed something to start."],
  "boot-option": ["loader", "The firmware went on to what it was told to boot."],
  "loaded-early": ["loader", "An application was loaded before the boot option, or by firmware that does not say which."],
  "loaded": ["loader", "A driver or application was loaded: a boot loader, or a kernel."],
  "grub-command": ["loader", "GRUB ran a command."],
  "file": ["loader", "The boot loader read a file."],
  "command-line": ["system", "The command line that the kernel was given."],
  "uki-section": ["system", "A part of a unified kernel image: its kernel, command line or first file system."],
  "initrd": ["system", "A first file system that the kernel was given."],
  "loader-data": ["loader", "Something else that a boot loader or kernel measured."],
  "measurement": ["application", "An application measured this itself."],
  "measured-file": ["system", "Linux measured a file or buffer before it was used."],
  "systemd": ["system", "systemd measured how far the system came, or what machine it is."],
};

/** @type {Record<string, [Stage | null, string]>} without a stage, the register tells it */
const TYPES = {
  "EV_PREBOOT_CERT": ["firmware", "A certificate, from a type that is no longer used."],
  "EV_POST_CODE": ["firmware", "A part of the firmware's own code."],
  "EV_POST_CODE2": ["firmware", "A part of the firmware's own code."],
  "EV_NO_ACTION": ["firmware", "Information about the log or platform; no register was extended with it."],
  "EV_SEPARATOR": [null, "The boundary in this register between what the firmware measured and what came after."],
  "EV_ACTION": [null, "Something that the firmware did."],
  "EV_EVENT_TAG": ["system", "Data that a boot loader or kernel measured with a tag of its own."],
  "EV_S_CRTM_CONTENTS": ["firmware", "The first code that ran, which measures all else."],
  "EV_S_CRTM_VERSION": ["firmware", "The version of the first code that ran."],
  "EV_CPU_MICROCODE": ["firmware", "Microcode was loaded into the processor."],
  "EV_PLATFORM_CONFIG_FLAGS": ["firmware", "Settings of the platform."],
  "EV_TABLE_OF_DEVICES": ["firmware", "A list of devices."],
  "EV_COMPACT_HASH": [null, "A small piece of data, which its writer alone can explain."],
  "EV_IPL": [null, "Code or data of a boot loader."],
  "EV_IPL_PARTITION_DATA": ["loader", "The partition that was booted from."],
  "EV_NONHOST_CODE": ["firmware", "Code of a part of the machine that is not the main processor."],
  "EV_NONHOST_CONFIG": ["firmware", "Settings of a part of the machine that is not the main processor."],
  "EV_NONHOST_INFO": ["firmware", "How memory is kept from the machine's host."],
  "EV_OMIT_BOOT_DEVICE_EVENTS": ["firmware", "The firmware says that it left out the devices that it tried to boot from."],
  "EV_EFI_VARIABLE_DRIVER_CONFIG": ["secure-boot", "A setting of Secure Boot, or a list of its keys."],
  "EV_EFI_VARIABLE_BOOT": ["firmware", "The boot order, or an entry of the boot menu."],
  "EV_EFI_VARIABLE_BOOT2": ["firmware", "The boot order, or an entry of the boot menu."],
  "EV_EFI_BOOT_SERVICES_APPLICATION": ["loader", "An application was loaded: a boot loader, or a kernel."],
  "EV_EFI_BOOT_SERVICES_DRIVER": ["loader", "A driver was loaded, for the time until the system starts."],
  "EV_EFI_RUNTIME_SERVICES_DRIVER": ["loader", "A driver was loaded that the running system may call."],
  "EV_EFI_GPT_EVENT": ["loader", "The partition table of the disk that was booted from."],
  "EV_EFI_GPT_EVENT2": ["loader", "The partition table of the disk that was booted from."],
  "EV_EFI_ACTION": ["loader", "A step of the firmware on its way to the system."],
  "EV_EFI_PLATFORM_FIRMWARE_BLOB": ["firmware", "A part of the firmware's code, by its place in memory."],
  "EV_EFI_PLATFORM_FIRMWARE_BLOB2": ["firmware", "A part of the firmware's code, by its name and place in memory."],
  "EV_EFI_HANDOFF_TABLES": ["firmware", "Tables that the firmware hands over to the system."],
  "EV_EFI_HANDOFF_TABLES2": ["firmware", "Tables that the firmware hands over to the system."],
  "EV_EFI_HCRTM_EVENT": ["firmware", "A hardware root of trust measured the firmware before it ran."],
  "EV_EFI_VARIABLE_AUTHORITY": ["secure-boot", "The entry of a key list that allowed something to start."],
  "EV_EFI_SPDM_FIRMWARE_BLOB": ["firmware", "The firmware of a device, as the device itself reports it."],
  "EV_EFI_SPDM_FIRMWARE_CONFIG": ["firmware", "The settings of a device, as the device itself reports them."],
  "EV_EFI_SPDM_DEVICE_POLICY": ["secure-boot", "Which devices the firmware accepts."],
  "EV_EFI_SPDM_DEVICE_AUTHORITY": ["secure-boot", "The certificate by which the firmware accepted a device."],
};

/** What a PCR holds by convention (PC Client Platform Firmware Profile, 3.3.4; above 7, by what Linux distributions do), and the stage of what has no other. @type {[string, Stage][]} */
const PCRS = [
  ["Firmware code", "firmware"],
  ["Firmware settings", "firmware"],
  ["Drivers on plug-in cards", "firmware"],
  ["Settings of plug-in cards", "firmware"],
  ["Boot loader", "loader"],
  ["Partition table, steps of the boot", "loader"],
  ["The maker's own", "firmware"],
  ["Secure Boot and its keys", "secure-boot"],
  ["Commands of GRUB, kernel command line", "loader"],
  ["Files of the boot loader, first file system", "loader"],
  ["Files that Linux measured", "system"],
  ["Unified kernel image, phases of systemd", "system"],
  ["Command line given to the image", "system"],
  ["System extensions, or an application", "application"],
  ["Keys of shim", "loader"],
  ["Machine and file systems, or an application", "system"],
  ["For debugging; anybody may reset it", "other"],
  ["Dynamic launch", "other"],
  ["Dynamic launch", "other"],
  ["Dynamic launch", "other"],
  ["Dynamic launch", "other"],
  ["Dynamic launch", "other"],
  ["Dynamic launch", "other"],
  ["For applications; anybody may reset it", "application"],
];

/** @param {number} index */
export const pcrPurpose = (index) => PCRS[index]?.[0] ?? "";

/**
 * @param {{ pcr: number, type: string, description: string }} event @param {string | undefined} fact the kind of the fact that the event is @param {string} format of its log
 * @returns {{ stage: Stage, meaning: string }}
 */
export function meaningOf(event, fact, format) {
  const byRegister = format === "ccel" ? "firmware" : PCRS[event.pcr]?.[1] ?? "other";
  const told = fact === undefined ? undefined : FACTS[fact];
  if (told) return { stage: told[0], meaning: told[1] };
  if (event.type.startsWith("ima")) return { stage: "system", meaning: FACTS["measured-file"][1] };
  // A unified kernel image measures the name of each section and then what is in it.
  if (event.type === "EV_IPL" && event.pcr === 11) return { stage: "system", meaning: "The name of a part of a unified kernel image, before the part itself." };
  if (event.type === "EV_IPL" && event.pcr === 14) return { stage: "loader", meaning: "Keys that shim accepts besides those of Secure Boot, or refuses." };
  const known = TYPES[event.type];
  return { stage: known?.[0] ?? byRegister, meaning: known?.[1] ?? "Something of a type that this page has no words for." };
}

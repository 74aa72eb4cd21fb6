//! PC Client Platform Firmware Profile 1.06, 10.4.1: Event Types.

constants! {
    /// What an event is said to be. Nothing measures it.
    pub struct TcgEventType(u32) = "EV_" {
        /// Reserved: a certificate before booting.
        PREBOOT_CERT = 0x00,
        /// Firmware, described by a string.
        POST_CODE = 0x01,
        /// Reserved.
        UNUSED = 0x02,
        /// Information that is not extended.
        NO_ACTION = 0x03,
        /// The boundary between two stages, or an error of one.
        SEPARATOR = 0x04,
        /// An action of the host, as a string.
        ACTION = 0x05,
        /// Tagged data of the operating system's loader.
        EVENT_TAG = 0x06,
        /// The contents of the static core root of trust.
        S_CRTM_CONTENTS = 0x07,
        /// Its version.
        S_CRTM_VERSION = 0x08,
        /// Microcode of the processor.
        CPU_MICROCODE = 0x09,
        /// Settings of the platform.
        PLATFORM_CONFIG_FLAGS = 0x0a,
        /// A table of devices.
        TABLE_OF_DEVICES = 0x0b,
        /// A small piece of data.
        COMPACT_HASH = 0x0c,
        /// Code or data of the initial program load.
        IPL = 0x0d,
        /// Data of the partition that is booted.
        IPL_PARTITION_DATA = 0x0e,
        /// Code of a non-host component.
        NONHOST_CODE = 0x0f,
        /// Its configuration.
        NONHOST_CONFIG = 0x10,
        /// What is known of it.
        NONHOST_INFO = 0x11,
        /// Boot devices were left out.
        OMIT_BOOT_DEVICE_EVENTS = 0x12,
        /// Firmware, described by a structure.
        POST_CODE2 = 0x13,
        /// A UEFI variable that configures drivers: secure boot and its keys.
        EFI_VARIABLE_DRIVER_CONFIG = 0x8000_0001,
        /// A UEFI variable of the boot order.
        EFI_VARIABLE_BOOT = 0x8000_0002,
        /// An application that was loaded: a boot loader, a kernel.
        EFI_BOOT_SERVICES_APPLICATION = 0x8000_0003,
        /// A driver that lives until the system starts.
        EFI_BOOT_SERVICES_DRIVER = 0x8000_0004,
        /// A driver that lives on.
        EFI_RUNTIME_SERVICES_DRIVER = 0x8000_0005,
        /// The partition table.
        EFI_GPT_EVENT = 0x8000_0006,
        /// An action of the firmware, as a string.
        EFI_ACTION = 0x8000_0007,
        /// A part of the firmware, by address and length.
        EFI_PLATFORM_FIRMWARE_BLOB = 0x8000_0008,
        /// Tables that are handed over.
        EFI_HANDOFF_TABLES = 0x8000_0009,
        /// A part of the firmware, with its name.
        EFI_PLATFORM_FIRMWARE_BLOB2 = 0x8000_000a,
        /// Tables that are handed over, with their name.
        EFI_HANDOFF_TABLES2 = 0x8000_000b,
        /// A UEFI variable of the boot order, its data alone measured.
        EFI_VARIABLE_BOOT2 = 0x8000_000c,
        /// The partition table, without what changes.
        EFI_GPT_EVENT2 = 0x8000_000d,
        /// A hardware core root of trust ran before the firmware.
        EFI_HCRTM_EVENT = 0x8000_0010,
        /// The entry of a signature database that allowed something to load.
        EFI_VARIABLE_AUTHORITY = 0x8000_00e0,
        /// Firmware of an SPDM device.
        EFI_SPDM_FIRMWARE_BLOB = 0x8000_00e1,
        /// Its configuration.
        EFI_SPDM_FIRMWARE_CONFIG = 0x8000_00e2,
        /// The policy for SPDM devices.
        EFI_SPDM_DEVICE_POLICY = 0x8000_00e3,
        /// The certificate that an SPDM device was accepted by.
        EFI_SPDM_DEVICE_AUTHORITY = 0x8000_00e4,
    }
}

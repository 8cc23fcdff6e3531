//! Who must act on a rejection, in the words of `docs/errors/README.md`.

use crate::Code;

impl Code {
    /// Who must act: the system, or the people behind it.
    #[must_use]
    pub fn owner(self) -> &'static str {
        match self {
            Code::R01 => {
                "the system that announces the object (orders: ERP; lots: MES or WMS; holds: QMS)"
            }
            Code::R02 => "whoever owns the state (orders: ERP; operations: MES)",
            Code::R03 | Code::R04 | Code::R18 => "planning (ERP)",
            Code::R05 | Code::R06 | Code::R15 | Code::R22 | Code::R48 => "production (MES)",
            Code::R07
            | Code::R08
            | Code::R11
            | Code::R12
            | Code::R13
            | Code::R14
            | Code::R35
            | Code::R37
            | Code::R66
            | Code::R68 => "quality (QMS)",
            Code::R09 | Code::R16 | Code::R17 => "warehouse (WMS)",
            Code::R10 => "quality (QMS) for an extension",
            Code::R19 | Code::R57 | Code::R60 => "material master (ERP)",
            Code::R21 => "maintenance, or whoever runs the machine",
            Code::R23 => "maintenance (CMMS)",
            Code::R24 | Code::R77 | Code::R79 => "whoever runs the edge",
            Code::R25 => "nobody; this is normal",
            Code::R28 => "integration, with the owning system",
            Code::R30 => "controlling (ERP)",
            Code::R31 => "the owner of the field",
            Code::R32 => "whoever refused",
            Code::R33 => "integration",
            Code::R36 => "warehouse (WMS) with planning (ERP)",
            Code::R39 => "production (MES), then planning (ERP)",
            Code::R40 | Code::R76 => "the twin's maintainers",
            Code::R42 | Code::R64 => "the twin's operator",
            Code::R50 | Code::R51 | Code::R65 => "who packs (WMS or MES)",
            Code::R45 => "whoever the report waits for",
            Code::R46 => "whoever the sentence names",
            Code::R47 => "planning (ERP) with production (MES)",
            Code::R61 => "the answering system",
            Code::R62 => "the system that was asked",
            Code::R63 => "the system that posted it",
            Code::R53 | Code::R55 => "quality (QMS)",
            Code::R54 => "quality (QMS) with production (MES)",
            Code::R56 => "warehouse (WMS) or planning (ERP)",
            Code::R80 => "production (MES) with quality (QMS)",
            Code::R58 => "whoever counted and weighed (WMS or MES)",
            Code::R67 => "production (MES) with controlling (ERP)",
            Code::R59 | Code::R81 => "warehouse (WMS) with production (MES)",
            Code::R75 => "production (MES) with controlling (ERP)",
            Code::R73 => "integration, with the sending system",
            Code::R69 | Code::R74 => "the owner of what was wrong",
            // Most rejections tell of the message, which its sender must mend.
            _ => "the sending system",
        }
    }
}

//! `manifest.csv`: which file belongs to which cell, with its label and nominal capacity.

use super::encoding;
use super::error::ImportError;
use super::layout;
use super::number;

/// One row of a manifest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ManifestRow {
    /// File name as given.
    pub file: String,
    /// Identifier of the cell, or of one record of it.
    pub cell_id: String,
    /// Physical battery: cells or records that share it never fall on both sides of a split.
    /// Empty if the manifest has no such column: each `cell_id` is a battery then.
    pub battery: String,
    /// Cathode chemistry; empty if unknown.
    pub cathode: String,
    /// Class label; empty if the manifest has none.
    pub class: String,
    /// Maker or source; empty if unknown.
    pub maker: String,
    /// Nominal capacity, Ah.
    pub nominal_ah: Option<f64>,
    /// State of health the manifest states, as a fraction.
    pub soh: Option<f64>,
}

/// A table of labelled files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifest {
    /// Its rows in order.
    pub rows: Vec<ManifestRow>,
}

impl Manifest {
    /// Reads a manifest: comma, semicolon or tab separated, quotes allowed.
    ///
    /// # Errors
    /// [`ImportError::Empty`], or [`ImportError::BadManifest`] with row and column.
    pub fn parse(bytes: &[u8]) -> Result<Self, ImportError> {
        #[cfg(not(target_arch = "wasm32"))]
        let gb18030: Option<encoding::DecodeGb18030> = Some(encoding::native_gb18030);
        #[cfg(target_arch = "wasm32")]
        let gb18030 = None;
        let text = match std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)) {
            Ok(text) => text.to_string(),
            Err(_) => encoding::decode(bytes, encoding::Encoding::Gb18030, gb18030),
        };
        let mut lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        let (_, header) = lines.next().ok_or(ImportError::Empty)?;
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|mark| header.bytes().filter(|byte| byte == mark).count())
            .unwrap_or(b',');
        let names: Vec<String> = layout::split(header, delimiter, false)
            .into_iter()
            .map(|name| crate::letters::lowercase(&name).replace([' ', '-'], "_"))
            .collect();
        let column = |wanted: &[&str]| {
            names
                .iter()
                .position(|name| wanted.contains(&name.as_str()))
        };
        let file = column(&["file", "file_name", "filename", "path"]);
        let battery = column(&["battery", "battery_id"]);
        // Beside a column of cells the battery groups them; alone it names them.
        let cell_id = column(&["cell_id", "cell", "id"]).or(battery);
        if file.is_none() && cell_id.is_none() {
            return Err(ImportError::BadManifest {
                row: 1,
                column: "file".to_string(),
            });
        }
        let cathode = column(&["cathode", "chemistry", "material"]);
        let class = column(&["class", "label"]);
        let maker = column(&["maker", "source", "manufacturer"]);
        let nominal = column(&[
            "nominal_ah",
            "nominal_capacity_ah",
            "nominal",
            "nominal_capacity",
        ]);
        let soh = column(&["soh"]);
        let mut rows = Vec::new();
        for (line, text) in lines {
            let cells = layout::split(text, delimiter, false);
            let cell = |at: Option<usize>| {
                at.and_then(|at| cells.get(at))
                    .map_or("", |cell| cell.trim())
                    .to_string()
            };
            let number = |at: Option<usize>, name: &str| match cell(at).as_str() {
                "" | "nan" | "NaN" | "NA" => Ok(None),
                text => match number::parse(text.as_bytes(), b'.') {
                    Some(value) if value > 0.0 => Ok(Some(value)),
                    _ => Err(ImportError::BadManifest {
                        row: line as u64 + 1,
                        column: name.to_string(),
                    }),
                },
            };
            let file = cell(file);
            let id = cell(cell_id);
            if file.is_empty() && id.is_empty() {
                return Err(ImportError::BadManifest {
                    row: line as u64 + 1,
                    column: "file".to_string(),
                });
            }
            rows.push(ManifestRow {
                cell_id: if id.is_empty() {
                    stem(&file).to_string()
                } else {
                    id
                },
                file,
                battery: cell(battery),
                cathode: cell(cathode),
                class: cell(class),
                maker: cell(maker),
                nominal_ah: number(nominal, "nominal_ah")?,
                soh: number(soh, "soh")?,
            });
        }
        if rows.is_empty() {
            return Err(ImportError::Empty);
        }
        Ok(Self { rows })
    }

    /// The row of a file: by name without folders, else by name without extension.
    pub fn row_of_file(&self, file: &str) -> Option<&ManifestRow> {
        let name = base(file);
        self.rows
            .iter()
            .find(|row| !row.file.is_empty() && base(&row.file) == name)
            .or_else(|| {
                self.rows
                    .iter()
                    .find(|row| !row.file.is_empty() && stem(&row.file) == stem(file))
            })
    }

    /// All rows of a file: several where it holds several cells.
    pub fn rows_of_file(&self, file: &str) -> Vec<&ManifestRow> {
        let name = base(file);
        self.rows
            .iter()
            .filter(|row| !row.file.is_empty() && base(&row.file) == name)
            .collect()
    }

    /// The row of a cell.
    pub fn row_of_cell(&self, cell_id: &str) -> Option<&ManifestRow> {
        self.rows.iter().find(|row| row.cell_id == cell_id)
    }
}

/// File name without folders.
pub fn base(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// File name without folders and the extensions of tables and containers.
pub fn stem(path: &str) -> &str {
    const EXTENSIONS: &[&str] = &[
        ".csv", ".txt", ".tsv", ".gz", ".zip", ".xlsx", ".mpt", ".bdf", ".dat", ".text",
    ];
    let mut name = base(path);
    while let Some(shorter) = EXTENSIONS.iter().find_map(|extension| {
        let at = name.len().checked_sub(extension.len())?;
        let (head, tail) = (name.get(..at)?, name.get(at..)?);
        (!head.is_empty() && tail.eq_ignore_ascii_case(extension)).then_some(head)
    }) {
        name = shorter;
    }
    // Maccor numbers its files: `.001`, `.078`.
    match name.rsplit_once('.') {
        Some((head, tail)) if tail.len() == 3 && tail.bytes().all(|byte| byte.is_ascii_digit()) => {
            head
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest() {
        let manifest = Manifest::parse(
            b"file,cell_id,cathode,class,nominal_ah,note\na/x.bdf.csv,A1,LFP,LFP-A,2.6,\"one, two\"\ny.csv,A2,,,,\n",
        )
        .unwrap();
        assert_eq!(manifest.rows.len(), 2);
        assert_eq!(
            manifest.row_of_file("/data/x.bdf.csv").unwrap().nominal_ah,
            Some(2.6)
        );
        assert_eq!(manifest.row_of_file("y.csv.gz").unwrap().cell_id, "A2");
        assert_eq!(manifest.row_of_cell("A1").unwrap().class, "LFP-A");
        assert!(manifest.row_of_file("z.csv").is_none());
    }

    #[test]
    fn a_battery_groups_cells_or_names_them() {
        let manifest =
            Manifest::parse(b"cell_id,class,Battery ID\nA SOC05,LFP,A\nB SOC05,LFP,\n").unwrap();
        let named = |row: usize| {
            (
                &manifest.rows[row].cell_id[..],
                &manifest.rows[row].battery[..],
            )
        };
        assert_eq!(named(0), ("A SOC05", "A"));
        assert_eq!(named(1), ("B SOC05", ""));
        let alone = Manifest::parse(b"battery,class\nA,LFP\n").unwrap();
        assert_eq!(alone.rows[0].cell_id, "A");
        assert_eq!(alone.rows[0].battery, "A");
    }

    #[test]
    fn faults_are_located() {
        for (bytes, row, column) in [
            (&b"a,b\n1,2\n"[..], 1, "file"),
            (b"file,cell_id,nominal_ah\nx.csv,A,two\n", 2, "nominal_ah"),
            (b"file,cell_id\nx.csv,A\n,\n", 3, "file"),
        ] {
            assert_eq!(
                Manifest::parse(bytes),
                Err(ImportError::BadManifest {
                    row,
                    column: column.to_string()
                })
            );
        }
        assert_eq!(Manifest::parse(b" \n"), Err(ImportError::Empty));
    }

    #[test]
    fn stems() {
        for (path, expected) in [
            ("a/b/cell.csv", "cell"),
            ("cell.bdf.csv.gz", "cell"),
            ("xTESLADIAG_000038.078", "xTESLADIAG_000038"),
            ("K2_016.XLSX", "K2_016"),
            (".csv", ".csv"),
            ("v1.5", "v1.5"),
        ] {
            assert_eq!(stem(path), expected);
        }
    }
}

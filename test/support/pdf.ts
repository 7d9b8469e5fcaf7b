// Small PDF files: a page for each text, in Helvetica, without compression.

/** `title`: of the file's properties. Lines of a page are separated by `\n`. */
export function createPdf(pages: readonly string[], title?: string): Buffer {
  const pageIds = pages.map((_, i) => 4 + 2 * i);
  const info = title === undefined ? "<< >>" : `<< /Title (${escaped(title)}) >>`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${pages.length} /Kids [${pageIds.map((id) => `${id} 0 R`).join(" ")}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ...pages.flatMap((text, i) => {
      const lines = text.split("\n").map((line) => `(${escaped(line)}) Tj T*`);
      const stream = text === "" ? "" : `BT /F1 12 Tf 14 TL 50 700 Td ${lines.join(" ")} ET`;
      return [
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] " +
          `/Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * i} 0 R >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ];
    }),
    info,
  ];
  return assemble(objects);
}

/** Adds the table of offsets; the last object is that of the properties. */
function assemble(objects: readonly string[]): Buffer {
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const offset = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, "0")} 00000 n \n`;
  });
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join("")}`;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R /Info ${objects.length} 0 R >>\n`;
  return Buffer.from(`${file}${table}${trailer}startxref\n${file.length}\n%%EOF\n`, "latin1");
}

function escaped(text: string): string {
  return text.replaceAll(/[\\()]/g, (character) => `\\${character}`);
}

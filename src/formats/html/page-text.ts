/**
 * The words of a page, added piece by piece and read in between. A string that grows so is copied whole at
 * each reading; this is not. Memory: two bytes a character of the page.
 */
export class PageText {
  length = 0;
  private bytes: Buffer;

  constructor(characters: number) {
    this.bytes = Buffer.allocUnsafe(2 * Math.max(64, characters));
  }

  add(text: string): void {
    const end = 2 * (this.length + text.length);
    if (end > this.bytes.length) {
      this.bytes = Buffer.concat([this.bytes], Math.max(end, 2 * this.bytes.length));
    }
    this.bytes.write(text, 2 * this.length, "utf16le");
    this.length += text.length;
  }

  slice(from: number, to: number): string {
    return this.bytes.toString("utf16le", 2 * from, 2 * Math.min(to, this.length));
  }
}

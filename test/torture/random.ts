/** Numbers that look random and are always the same for one seed and one name: sfc32 over a hash of both. */
export class Random {
  private readonly seed: number;
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 1;

  constructor(seed: number, name: string) {
    this.seed = seed;
    let hash = seed >>> 0;
    for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 0x9e3779b1) >>> 0;
    this.a = hash;
    this.b = seed | 0;
    this.c = Math.imul(hash, 0x85ebca6b) | 0;
    for (let warm = 0; warm < 12; warm++) this.next();
  }

  /** Another one that only depends on the seed and this name. */
  fork(name: string): Random {
    return new Random(this.seed, name);
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** 0 to `most`, exclusive. */
  below(most: number): number {
    return this.next() % Math.max(1, Math.floor(most));
  }

  /** `from` to `to`, inclusive. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined && items.length === 0) throw new Error("nothing to pick from");
    return item as Item;
  }

  many<Item>(count: number, make: (at: number) => Item): Item[] {
    return Array.from({ length: count }, (_, at) => make(at));
  }
}

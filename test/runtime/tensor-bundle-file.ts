// Makes the index of a small TensorFlow checkpoint for the tests.
export interface BundledTensor {
  name: string;
  shape: number[];
  offset: number;
}

/** `tensors` sorted by name; every key shares what it can with the one before, as TensorFlow writes it. */
export function makeTensorIndex(tensors: BundledTensor[]): Buffer {
  const entries: [string, Buffer][] = [
    ['', message([[1, 1]])],
    ...tensors.map(({ name, shape, offset }): [string, Buffer] => {
      const dimensions = Buffer.concat(shape.map((size) => message([[2, message([[1, size]])]])));
      const bytes = shape.reduce((product, size) => product * size, 4);
      return [
        name,
        message([
          [1, 1],
          [2, dimensions],
          [4, offset],
          [5, bytes],
        ]),
      ];
    }),
  ];
  const data = block(entries);
  const meta = block([]);
  const handle = Buffer.concat([varint(0), varint(data.length - 5)]);
  const index = block([['\uffff', handle]]);
  const footer = Buffer.alloc(48);
  const metaHandle = Buffer.concat([varint(data.length), varint(meta.length - 5)]);
  Buffer.concat([metaHandle, varint(data.length + meta.length), varint(index.length - 5)]).copy(footer);
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
  return Buffer.concat([data, meta, index, footer]);
}

function block(entries: [string, Buffer][]): Buffer {
  let before = Buffer.alloc(0);
  const parts = entries.map(([name, value]) => {
    const key = Buffer.from(name);
    let shared = 0;
    while (shared < Math.min(key.length, before.length) && key[shared] === before[shared]) shared++;
    before = key;
    return Buffer.concat([
      varint(shared),
      varint(key.length - shared),
      varint(value.length),
      key.subarray(shared),
      value,
    ]);
  });
  const restarts = Buffer.alloc(8);
  restarts.writeUInt32LE(1, 4);
  return Buffer.concat([...parts, restarts, Buffer.alloc(5)]);
}

function message(fields: [number, number | Buffer][]): Buffer {
  return Buffer.concat(
    fields.map(([field, value]) =>
      typeof value === 'number'
        ? Buffer.concat([varint(field << 3), varint(value)])
        : Buffer.concat([varint((field << 3) | 2), varint(value.length), value]),
    ),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    if (rest < 128) return Buffer.from(bytes);
  }
}

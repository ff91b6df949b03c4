// A chart as PNG, without a browser and without the machine's own fonts: the same picture everywhere.
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { standalone } from './standalone.ts';

const FAMILY = 'DejaVu Sans';
const FONTS = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) =>
  createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${file}`),
);

/** @param scale pixels of the picture to one of the drawing: 3 is about 300 dots an inch in a column of a paper */
export function toPng(svg: string, scale: number): Uint8Array {
  const drawing = new Resvg(standalone(svg), {
    background: '#fff',
    fitTo: { mode: 'zoom', value: scale },
    font: { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY },
  });
  return new Uint8Array(drawing.render().asPng());
}

// A real Chromium from its npm package: nothing has to be installed on the machine.
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser } from 'playwright-core';

/** Root cannot have Chromium's sandbox; a machine without a screen has no graphics either. */
const ARGUMENTS = ['--headless=shell', '--no-sandbox', '--disable-setuid-sandbox', '--disable-gpu', '--no-zygote'];

export async function openBrowser(): Promise<Browser> {
  return playwright.launch({ executablePath: await chromium.executablePath(), args: ARGUMENTS, headless: true });
}

// A real Chromium from its npm package: nothing has to be installed on the machine.
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';

/** Root cannot have Chromium's sandbox; a machine without a screen has no graphics either. */
const ARGUMENTS = ['--headless=shell', '--no-sandbox', '--disable-setuid-sandbox', '--disable-gpu', '--no-zygote'];

export async function openBrowser(): Promise<Browser> {
  return playwright.launch({ executablePath: await chromium.executablePath(), args: ARGUMENTS, headless: true });
}

/** On a machine without graphics, and busy, Chromium now and then has no picture yet. */
const NOT_YET = 'Unable to capture screenshot';
const TRIES = 3;

/** Of the whole page, for a person to look at. @throws what Chromium says, where it says so three times or it is something else */
export async function takePicture(page: Page, path: string): Promise<void> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      await page.screenshot({ path, fullPage: true });
      return;
    } catch (error) {
      if (left === 0 || !String(error).includes(NOT_YET)) throw error;
    }
  }
}

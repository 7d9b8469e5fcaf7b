// Debian's Chromium, without a window.

import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";

const flags = [
  ...["--disable-gpu", "--no-first-run", "--disable-quic"],
  // These call hosts on the internet at every start.
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** As long as a machine may take that is ten times slower. */
export const patienceMs = 120_000;

export async function openBrowser(): Promise<Browser> {
  // Chromium's sandbox does not start as root, where tests of containers run.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [...flags, ...asRoot],
    timeout: patienceMs,
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, and exceptions that nothing caught. */
  readonly complaints: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  await page.goto(url);
  return { page, complaints };
}

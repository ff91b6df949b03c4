// One labelled example, as text.

export interface Example {
  /** The template's fields → their text. */
  fields: Record<string, string>;
  label: string;
}

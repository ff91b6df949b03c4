// What the Hub keeps files in.

export interface HubRepository {
  type: 'model' | 'dataset';
  name: string;
  revision: string;
}

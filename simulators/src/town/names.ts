import { pick } from "../random.ts";
import type { Name } from "./town.ts";

interface Place {
  readonly zh: string;
  readonly en: string;
}

const FAMILIES: readonly [Place, ...Place[]] = [
  { zh: "王", en: "Wang" },
  { zh: "李", en: "Li" },
  { zh: "张", en: "Zhang" },
  { zh: "刘", en: "Liu" },
  { zh: "陈", en: "Chen" },
  { zh: "杨", en: "Yang" },
  { zh: "赵", en: "Zhao" },
  { zh: "黄", en: "Huang" },
  { zh: "周", en: "Zhou" },
  { zh: "吴", en: "Wu" },
  { zh: "徐", en: "Xu" },
  { zh: "孙", en: "Sun" },
  { zh: "马", en: "Ma" },
  { zh: "朱", en: "Zhu" },
  { zh: "胡", en: "Hu" },
  { zh: "林", en: "Lin" },
  { zh: "何", en: "He" },
  { zh: "高", en: "Gao" },
];
const GIVEN: readonly [Place, ...Place[]] = [
  { zh: "伟", en: "Wei" },
  { zh: "芳", en: "Fang" },
  { zh: "秀英", en: "Xiuying" },
  { zh: "敏", en: "Min" },
  { zh: "静", en: "Jing" },
  { zh: "强", en: "Qiang" },
  { zh: "磊", en: "Lei" },
  { zh: "洋", en: "Yang" },
  { zh: "艳", en: "Yan" },
  { zh: "勇", en: "Yong" },
  { zh: "军", en: "Jun" },
  { zh: "桂兰", en: "Guilan" },
  { zh: "建国", en: "Jianguo" },
  { zh: "晓明", en: "Xiaoming" },
  { zh: "婷婷", en: "Tingting" },
  { zh: "志强", en: "Zhiqiang" },
];
const STREETS: readonly [Place, ...Place[]] = [
  { zh: "清河路", en: "Qinghe Road" },
  { zh: "文昌街", en: "Wenchang Street" },
  { zh: "解放路", en: "Jiefang Road" },
  { zh: "柳园巷", en: "Liuyuan Lane" },
  { zh: "东风路", en: "Dongfeng Road" },
  { zh: "水厂路", en: "Shuichang Road" },
  { zh: "桂花街", en: "Guihua Street" },
  { zh: "新民路", en: "Xinmin Road" },
];

/** A person's name. */
export function personName(seed: number): Name {
  const family = pick(FAMILIES, seed, 101);
  const given = pick(GIVEN, seed, 102);
  return { nameZh: `${family.zh}${given.zh}`, nameEn: `${given.en} ${family.en}` };
}

/** A home's address in the quarter of a district; `house` keeps addresses apart. */
export function homeAddress(seed: number, house: number): { addressZh: string; addressEn: string } {
  const street = pick(STREETS, seed, 103);
  const building = 1 + Math.floor(house / 6);
  const flat = 101 + (house % 6) * 100;
  return {
    addressZh: `${street.zh}${house + 1}号${building}栋${flat}室`,
    addressEn: `Flat ${flat}, Building ${building}, ${house + 1} ${street.en}`,
  };
}

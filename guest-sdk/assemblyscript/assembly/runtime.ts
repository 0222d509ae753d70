// What every module needs although its author names none of it.
export { cabi_realloc, cabi_post_call } from "./abi";
export { panic, seed } from "./panic";
import "./arguments";
import "./fields";
import "./reply";
import "./index";

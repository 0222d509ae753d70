import { Json, badRequest, config } from "tusk-sdk";
import { Word, countWords } from "./words";

/** GET /greet/{name} */
export function greet(name: string, times: i32 = 1): Json {
  if (times < 1 || times > 10) throw badRequest("`times` is from 1 to 10");
  const greeting = config.textOr("greeting", "Hi") + " " + name;
  return Json.object().set("message", greeting.repeat(times));
}

/** POST /count */
export function count(text: string): Word[] {
  return countWords(text);
}

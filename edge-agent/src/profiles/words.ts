export { decodePart, textToWords, wordsToText } from "@nightflow/domain";

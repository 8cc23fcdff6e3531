//! Whole tables: the same rows in three formats, of one commit, read back by other readers.

use actix_web::body::to_bytes;
use actors::PlantClock;
use parquet::basic::{LogicalType, Type as Physical};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Value, json};

use crate::live_plant::{LivePlant, lot};

async fn plant() -> LivePlant {
    let mut plant = LivePlant::open(PlantClock::EventTime).await;
    plant.released_order("WO-1", "08:00", "50").await;
    let mut expiring = lot("L-1", "10.50");
    expiring["quantity"]["unit"] = json!("KGM");
    expiring["expiry"] = json!("2026-06-01T00:00:00Z");
    plant.tell("lot.created", "08:00", expiring).await;
    plant
        .tell("lot.created", "08:00", lot("L,\"2\"", "3"))
        .await;
    let hold = json!({"hold": "H-1", "scope": {"kind": "lot", "id": "L-1"}, "reason": "rust",
        "placed_by": "quality"});
    plant.tell("hold.placed", "08:15", hold).await;
    plant
}

async fn exported(plant: &LivePlant, path: &str) -> Vec<u8> {
    let answer = plant
        .ask(&format!("/api/v1/plants/P1/export/{path}"), &[])
        .await;
    assert_eq!(answer.status(), 200, "{path}");
    to_bytes(answer.into_body()).await.unwrap().to_vec()
}

async fn lines(plant: &LivePlant, path: &str) -> Vec<Value> {
    let text = String::from_utf8(exported(plant, path).await).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[actix_web::test]
async fn lines_of_json_have_every_column_with_its_type() {
    let plant = plant().await;
    let lots = lines(&plant, "lots").await;
    assert_eq!(lots.len(), 2);
    let first = &lots[1];
    assert_eq!(first["id"], "L-1");
    assert_eq!(first["quantity"], "10.5");
    assert_eq!(first["expiry"], "2026-06-01T00:00:00Z");
    assert_eq!(first["holds"], "H-1");
    assert_eq!(first["shippable"], false);
    assert_eq!(first["children_count"], 0);
    assert_eq!(lots[0]["expiry"], Value::Null);
    let operations = lines(&plant, "operations?format=jsonl").await;
    let ids: Vec<&Value> = operations.iter().map(|row| &row["op"]).collect();
    assert_eq!(ids, ["10", "20"]);

    let tables = plant.get("/api/v1/plants/P1/export").await.body;
    for table in tables["items"].as_array().unwrap() {
        let name = table["name"].as_str().unwrap();
        let columns = table["columns"].as_array().unwrap();
        let mut columns: Vec<&str> = columns
            .iter()
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        columns.sort_unstable();
        for row in lines(&plant, name).await {
            let names: Vec<&String> = row.as_object().unwrap().keys().collect();
            assert_eq!(names, columns, "{name}");
        }
    }
}

#[actix_web::test]
async fn a_table_of_comma_separated_values_quotes_what_must_be() {
    let plant = plant().await;
    let text = String::from_utf8(exported(&plant, "lots?format=csv").await).unwrap();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "id,material,quantity,unit,lifecycle,usage,order,op,produced_at,expiry,holds,\
         inherited_holds,parents,children_count,shippable,version"
    );
    assert!(
        lines[1].starts_with("\"L,\"\"2\"\"\",M-1,3,H87,on_hand,unrestricted,,,"),
        "{text}"
    );
    assert!(
        lines[2].contains(",2026-06-01T00:00:00Z,H-1,\"\",\"\",0,false,"),
        "{text}"
    );
    assert_eq!(lines[3..], [""], "each line has its end");
}

#[actix_web::test]
async fn a_parquet_file_is_read_back_with_its_types_and_values() {
    let plant = plant().await;
    let bytes = exported(&plant, "lots?format=parquet").await;
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let column = |name: &str| {
        let mut all = schema.columns().iter();
        all.find(|column| column.name() == name).unwrap().clone()
    };
    assert_eq!(column("id").logical_type_ref(), Some(&LogicalType::String));
    assert_eq!(column("expiry").physical_type(), Physical::INT64);
    assert!(matches!(
        column("expiry").logical_type_ref(),
        Some(LogicalType::Timestamp(_))
    ));
    assert_eq!(column("shippable").physical_type(), Physical::BOOLEAN);

    let rows: Vec<Vec<(String, Field)>> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| row.unwrap().into_columns())
        .collect();
    let value = |row: usize, name: &str| {
        let mut fields = rows[row].iter();
        fields.find(|(known, _)| known == name).unwrap().1.clone()
    };
    assert_eq!(rows.len(), 2);
    assert_eq!(value(0, "id"), Field::Str("L,\"2\"".to_owned()));
    assert_eq!(value(0, "expiry"), Field::Null);
    assert_eq!(value(1, "quantity"), Field::Str("10.5".to_owned()));
    // 2026-06-01T00:00:00Z by an independent calendar: `date -u -d 2026-06-01 +%s`.
    assert_eq!(
        value(1, "expiry"),
        Field::TimestampMicros(1_780_272_000_000_000)
    );
    assert_eq!(value(1, "shippable"), Field::Bool(false));
    assert_eq!(value(1, "children_count"), Field::Long(0));
}

#[actix_web::test]
async fn an_export_is_of_one_commit_and_may_be_of_the_past() {
    let mut plant = plant().await;
    let answer = plant
        .ask("/api/v1/plants/P1/export/holds?format=csv", &[])
        .await;
    let headers = answer.headers().clone();
    let named = headers
        .get("content-disposition")
        .unwrap()
        .to_str()
        .unwrap();
    let cursor = headers.get("twin-cursor").unwrap().to_str().unwrap();
    let seq: u64 = cursor.split('-').nth(1).unwrap().parse().unwrap();
    assert_eq!(named, format!("attachment; filename=\"holds-{seq}.csv\""));
    assert_eq!(
        headers.get("content-type").unwrap(),
        "text/csv; charset=utf-8; header=present"
    );
    drop(answer);
    let released = json!({"hold": "H-1", "disposition": "use as is", "released_by": "B"});
    plant.tell("hold.released", "09:00", released).await;
    assert_eq!(lines(&plant, "holds").await[0]["state"], "released");
    let before = lines(&plant, &format!("holds?as_of={seq}")).await;
    assert_eq!(before[0]["state"], "open");
}

#[actix_web::test]
async fn what_cannot_be_exported_is_refused_with_what_can() {
    let plant = plant().await;
    let unknown = plant.get("/api/v1/plants/P1/export/colours").await;
    assert_eq!(unknown.status, 404);
    let detail = unknown.body["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("'colours' is none of work-orders, operations, lots"),
        "{detail}"
    );
    let format = plant.get("/api/v1/plants/P1/export/lots?format=xlsx").await;
    assert_eq!(
        format.body["detail"],
        "format: 'xlsx' is none of jsonl, csv, parquet"
    );
    let unknown = plant.get("/api/v1/plants/P1/export/lots?colour=red").await;
    let detail = unknown.body["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("colour is no parameter here"),
        "{detail}"
    );
    assert_eq!(plant.get("/api/v1/plants/P2/export/lots").await.status, 404);
}
